import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteStore } from '../../adapters/sqlite/sqlite.ts';
import type { StorePort } from '../../domain/index.ts';
import { inventCommits, inventFound } from './invented-commits.ts';
import { olderPage, pageAt } from './pages.ts';
import { alternate, compare, median } from './pairs.ts';
import { peakMemory, residentMemory } from './processes.ts';
import { startProduct, type ProductOptions } from './product.ts';
import { drain, rawGet } from './raw-get.ts';
import { figureRow, ratioRow, type Row } from './table.ts';

/** As many as there may be by default: one has the great history, the others have small ones. */
const projects = 500;
const few = 100;

/** How many openings count, and how many pairs of starts. */
const openings = 15;
const starts = 5;

/** How many pages are read one after the other, as the links lead. */
const pages = 200;

/** What a server that has much needs to start, and to be read. */
export async function restartRows(bench: ProductOptions, commits: number): Promise<readonly Row[]> {
  const data = await mkdtemp(join(bench.directory, 'data-'));
  const empty = await mkdtemp(join(bench.directory, 'data-'));
  const file = join(data, 'gitmon.db');
  const store = openSqliteStore(file);
  try {
    await save(store, 'project-0', 0, commits);
    for (let number = 1; number < projects; number++) {
      await save(store, `project-${number}`, number, few);
    }
  } finally {
    await store.close();
  }
  const opened: number[] = [];
  for (let round = 0; round < openings; round++) opened.push(await millisecondsOfOpening(file));
  const started = await alternate(
    () => start(bench, empty, '/'),
    () => start(bench, data, '/list/project-0'),
    starts,
  );
  return [
    figureRow(`opening, ${projects} projects`, 'ms', median(opened), 50),
    ratioRow('starting, against without data', 's', compare(started, 'seconds')),
    ...(await memoryRows(bench, data, commits)),
  ];
}

async function save(store: StorePort, name: string, seed: number, commits: number): Promise<void> {
  const url = `https://example.com/${name}`;
  const batches = async function* () {
    yield* inventCommits(seed, commits);
  };
  await store.saveHistory(inventFound(url, seed, commits), batches());
  await store.saveProject({ name, url, maxProjects: projects });
}

async function millisecondsOfOpening(file: string): Promise<number> {
  const begin = performance.now();
  const store = openSqliteStore(file);
  const found = await store.projects();
  const took = performance.now() - begin;
  await store.close();
  if (found.length !== projects) throw new Error(`${found.length} projects were found`);
  return took;
}

/** From starting the program until it has answered. */
async function start(bench: ProductOptions, data: string, path: string) {
  const begin = performance.now();
  const server = await startProduct(bench, { DATA_DIR: data });
  try {
    const { status } = await rawGet(server.url + path);
    if (status !== 200) throw new Error(`${path} answered ${status} after the start`);
    return { seconds: (performance.now() - begin) / 1000 };
  } finally {
    await server.stop();
  }
}

/** What the server has resident as the great history is read in each way there is, one after the other. */
async function memoryRows(bench: ProductOptions, data: string, commits: number) {
  const server = await startProduct(bench, { DATA_DIR: data });
  const list = `${server.url}/list/project-0`;
  const json = `${server.url}/json/project-0`;
  const gzip = { 'accept-encoding': 'gzip' };
  const row = async (when: string) =>
    figureRow(`server, resident ${when}`, 'MB', await residentMemory(server.pid));
  try {
    const rows = [await row('after the start')];
    for (let number = 0; number < projects; number++) {
      await drain(`${server.url}/list/project-${number}`, { headers: gzip });
    }
    await drain(`${server.url}/`, { headers: gzip });
    await drain(`${server.url}/metrics`, { headers: gzip });
    await drain(json, { headers: { ...gzip, accept: 'text/html' } });
    await followLinks(list);
    await followLinks(await pageAt(list, commits / 2));
    await followLinks(await pageAt(list, commits - pages * 100));
    rows.push(await row('after pages'));
    await drain(json);
    rows.push(await row('after /json'));
    await drain(json, { headers: gzip });
    rows.push(await row('after /json, gzip'));
    const most = await peakMemory(server.pid);
    return [...rows, figureRow('server, most resident', 'MB', most, 256)];
  } finally {
    await server.stop();
  }
}

async function followLinks(first: string): Promise<void> {
  let url: string | undefined = first;
  for (let page = 0; page < pages && url !== undefined; page++) url = await olderPage(url);
}
