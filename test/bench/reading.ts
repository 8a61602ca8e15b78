import { fileURLToPath } from 'node:url';
import { holdRow } from './event-loop.ts';
import { alternate, compare } from './pairs.ts';
import { peakMemory, residentMemory, startServer, type RunningServer } from './processes.ts';
import { addProject, startProduct, type ProductOptions } from './product.ts';
import { deepestPage } from './pages.ts';
import { rawGet, type Headers } from './raw-get.ts';
import { findLoader, type Loader, type Target } from './request-rate.ts';
import { slowReaderRow } from './slow-readers.ts';
import { figureRow, ratioRow, type Row } from './table.ts';

export interface ReadingBench extends ProductOptions {
  /** The urls of a small history and of the one that is measured, which may be the same, and how many commits each has. */
  readonly small: ServedHistory;
  readonly measured: ServedHistory;
}

interface ServedHistory {
  readonly url: string;
  readonly commits: number;
}

/** From how many commits on what grows with a history is measured. */
const many = 100_000;

/** How many pairs of loads count. */
const counted = 5;

const gzip = { 'accept-encoding': 'gzip' };
const bareServer = fileURLToPath(new URL('./bare-server.ts', import.meta.url));

/** Compares reading a history with a bare server that has the same bytes ready, and with a small history. */
export async function readingRows(bench: ReadingBench): Promise<readonly Row[]> {
  const { small, measured, signal } = bench;
  const load = await findLoader(signal);
  const rows: Row[] = [];

  const server = await startProduct(bench);
  try {
    await addProject(server.url, 'small', small.url, signal);
    await addProject(server.url, 'measured', measured.url, signal);
    const added = await residentMemory(server.pid);
    const json = { pid: server.pid, url: `${server.url}/json/measured`, headers: gzip };
    const { newest, deepest } = await pages(server, 'measured', measured.commits);
    const targets: readonly (readonly [string, Target, number])[] = [
      ['/json, gzip', json, 0.9],
      ['/json, identity', { ...json, headers: {} }, 0.9],
      ['/list, page 1', newest, 0.25],
      ['/list, deepest page', deepest, 0.25],
      ['/json, 304', await unchanged(json), 0.25],
      ['/list, 304', await unchanged(newest), 0.25],
    ];
    for (const [name, target, atLeast] of targets) {
      const pairs = await againstBareServer(load, target, signal);
      rows.push(
        ratioRow(name, '/s', compare(pairs, 'perSecond'), { atLeast }),
        ratioRow(`${name}, processor`, '/s', compare(pairs, 'perProcessorSecond')),
      );
    }
    rows.push(await slower('/list, deepest against page 1', load, newest, deepest));
    if (measured.commits > small.commits) {
      const before = await pages(server, 'small', small.commits);
      const than = `against ${small.commits.toLocaleString('en')}`;
      rows.push(
        await slower(`/list, page 1 ${than}`, load, before.newest, newest),
        await slower(`/list, deepest page ${than}`, load, before.deepest, deepest),
      );
    }
    rows.push(
      figureRow('server, resident after the add', 'MB', added),
      figureRow('server, resident after reading', 'MB', await residentMemory(server.pid), 256),
      figureRow('server, most resident', 'MB', await peakMemory(server.pid)),
    );
    if (measured.commits >= many) {
      rows.push(await holdRow('gzip', server.url, measured.url, signal));
      rows.push(await holdRow('identity', server.url, measured.url, signal));
    }
  } finally {
    await server.stop();
  }
  if (measured.commits >= many) rows.push(...(await withoutCache(bench, load)));
  return rows;
}

/** What a cache would hide: pages that are made anew, and histories that are made while they are sent. */
async function withoutCache(bench: ReadingBench, load: Loader): Promise<readonly Row[]> {
  const { measured, signal } = bench;
  const server = await startProduct(bench, { CACHE_MAX_BYTES: '0' });
  try {
    await addProject(server.url, 'measured', measured.url, signal);
    const { newest, deepest } = await pages(server, 'measured', measured.commits);
    return [
      await slower('/list, made anew, deepest against page 1', load, newest, deepest),
      await slowReaderRow(server, '/json/measured'),
    ];
  } finally {
    await server.stop();
  }
}

/** The first and the last page of a list. */
async function pages({ pid, url: server }: RunningServer, name: string, commits: number) {
  const url = `${server}/list/${name}`;
  const deepest = await deepestPage(url, commits);
  return { newest: { pid, url, headers: gzip }, deepest: { pid, url: deepest, headers: gzip } };
}

/** Asks for what the client has already. */
async function unchanged({ pid, url, headers }: Target): Promise<Target> {
  const { headers: answered } = await rawGet(url, { headers });
  const known: Headers = { ...headers, 'if-none-match': answered['etag'] ?? '' };
  const { status } = await rawGet(url, { headers: known });
  if (status !== 304) throw new Error(`${url} answered ${status} to its own ETag`);
  return { pid, url, headers: known };
}

async function againstBareServer(load: Loader, target: Target, signal: AbortSignal) {
  const told = Object.entries(target.headers).map(([name, value]) => `${name}: ${value}`);
  const args = [bareServer, target.url, ...told];
  const bare = await startServer(process.execPath, args, { env: {}, signal });
  try {
    const floor = () => load({ ...target, pid: bare.pid, url: bare.url });
    return await alternate(floor, () => load(target), counted);
  } finally {
    await bare.stop();
  }
}

/** How much more processor time an answer takes than another one of the same server. */
async function slower(name: string, load: Loader, floor: Target, subject: Target): Promise<Row> {
  const pairs = await alternate(
    () => load(floor),
    () => load(subject),
    counted,
  );
  return ratioRow(name, 'ms', compare(pairs, 'each'), { atMost: 1.2 });
}
