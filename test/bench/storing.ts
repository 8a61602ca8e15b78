import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { connectWriter } from '../../adapters/sqlite/connect.ts';
import { openSqliteStore } from '../../adapters/sqlite/sqlite.ts';
import { createWriter } from '../../adapters/sqlite/write.ts';
import type { Commit, Difference, StorePort } from '../../domain/index.ts';
import { watchHolds, type Watched } from './holds.ts';
import { inventCommits, inventFound } from './invented-commits.ts';
import { alternate, compare, median } from './pairs.ts';
import { figureRow, ratioRow, type Row } from './table.ts';

const url = 'https://example.com/stored';
const seed = 1;
const pageSize = 100;

/** How many commits a push brings, and how many pushes count. */
const pushed = 10;
const pushes = 15;

/** How many page reads are one figure, and how many pairs of them count. */
const reads = 50;
const counted = 15;

/** When removing is given up, in milliseconds. */
const longestSweep = 300_000;

/** How long the thread may be held up, in milliseconds. */
const longest = 20;

/** What the store costs the thread that answers, and the disk, with one history of that many commits. */
export async function storingRows(directory: string, commits: number): Promise<readonly Row[]> {
  const place = await mkdtemp(join(directory, 'stored-'));
  const file = join(place, 'gitmon.db');
  const store = openSqliteStore(file);
  const rows: Row[] = [];
  try {
    await store.saveHistory(inventFound('https://example.com/warm', 2, 5000), invented(2, 5000));
    rows.push(...holdRows('idle', await watchHolds(() => setTimeout(5000))));
    // What inventing needs at first is made before.
    const batches = invented(seed, commits);
    const saved = await watchHolds(() =>
      store.saveHistory(inventFound(url, seed, commits), batches),
    );
    rows.push(figureRow('history saved', 's', saved.milliseconds / 1000));
    rows.push(...holdRows('saving', saved));
    await store.saveProject({ name: 'stored', url, maxProjects: 1 });
    rows.push(...(await pageRows(store, commits)));
    rows.push(...(await pushRows(store, commits)));
    rows.push(writtenRow(file, commits + pushes * pushed));
    await store.removeProject('stored');
    const dropped = await watchHolds(async () => {
      await store.dropHistory(url);
      await swept(file);
    });
    rows.push(figureRow('history removed, in the end', 's', dropped.milliseconds / 1000));
    rows.push(...holdRows('removing', dropped));
  } finally {
    await store.close();
  }
  return rows;
}

async function pageRows(store: StorePort, commits: number): Promise<readonly Row[]> {
  const { tip } = inventFound(url, seed, commits);
  const deepest = { tip, commits, skip: commits - pageSize };
  const read = async (range: Parameters<StorePort['commits']>[1]) => {
    const begin = performance.now();
    for (let round = 0; round < reads; round++) await store.commits('stored', range);
    return { each: (performance.now() - begin) / reads };
  };
  const pairs = await alternate(
    () => read({ limit: pageSize }),
    () => read({ from: deepest, limit: pageSize }),
    counted,
  );
  return [
    ratioRow('page read, deepest against newest', 'ms', compare(pairs, 'each'), { atMost: 1.2 }),
  ];
}

async function pushRows(store: StorePort, commits: number): Promise<readonly Row[]> {
  const took: Watched<unknown>[] = [];
  for (const { found, from, difference } of pushesOnto(commits)) {
    took.push(await watchHolds(() => store.extendHistory(found, from, difference)));
  }
  const most = Math.max(...took.map((each) => each.mostTaken));
  return [
    figureRow(`${pushed} added`, 'ms', median(took.map(({ milliseconds }) => milliseconds))),
    figureRow(`${pushed} added, longest hold, processor`, 'ms', most, longest),
  ];
}

/** How many rows a push writes or removes, those of the project's facts included. */
function writtenRow(file: string, commits: number): Row {
  const db = connectWriter(file);
  try {
    const writer = createWriter(db);
    const changes = () => Number(db.prepare('SELECT total_changes() AS n').get()?.['n']);
    const written = pushesOnto(commits).map(({ found, from, difference }) => {
      const before = changes();
      const steps = writer.extend(found, from, difference);
      let step = steps.next();
      while (step.done !== true) step = steps.next();
      if (step.value === 'too_different') throw new Error('not a push');
      return changes() - before;
    });
    return figureRow(`${pushed} added, written`, 'rows', median(written), 2 * pushed);
  } finally {
    db.close();
  }
}

/** What a few pushes one after another bring to a history of that many commits. */
function pushesOnto(commits: number) {
  return Array.from({ length: pushes }, (_, number) => {
    const before = commits + number * pushed;
    const fresh = [...inventCommits(seed, before + pushed, pushed)].flat();
    return {
      found: inventFound(url, seed, before + pushed),
      from: inventFound(url, seed, before).tip,
      difference: { fresh, lost: [] } satisfies Difference,
    };
  });
}

function holdRows(doing: string, watched: Watched<unknown>): readonly Row[] {
  return [
    figureRow(`${doing}, longest hold`, 'ms', watched.longest, longest),
    figureRow(`${doing}, 99.9 % of holds`, 'ms', watched.almostLongest),
    figureRow(`${doing}, longest hold, processor`, 'ms', watched.mostTaken, longest),
  ];
}

/** A history as git gives it, whose first commits are there when it is asked for. */
function invented(of: number, commits: number): AsyncIterable<readonly Commit[]> {
  const rest = inventCommits(of, commits);
  const first = rest.next().value ?? [];
  return (async function* () {
    yield first;
    yield* rest;
  })();
}

/** Waits until nothing is left of the histories that no project has. */
async function swept(file: string): Promise<void> {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const left = db.prepare(
      'SELECT count(*) AS n FROM histories WHERE id NOT IN (SELECT history FROM urls WHERE history IS NOT NULL)',
    );
    const end = performance.now() + longestSweep;
    while (Number(left.get()?.['n']) > 0) {
      if (performance.now() > end) throw new Error('the history was not removed in the end');
      await setTimeout(20);
    }
  } finally {
    db.close();
  }
}
