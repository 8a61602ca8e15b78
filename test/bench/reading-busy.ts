import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { gitEnvironment } from '../kit/git.ts';
import { importLinearHistory } from '../kit/linear-history.ts';
import { gitAlone } from './git-alone.ts';
import { alternate, compare } from './pairs.ts';
import { secondsOf } from './processes.ts';
import { addProject, startProduct, type ProductOptions } from './product.ts';
import { ratioRow, type Row } from './table.ts';

export interface BusyBench extends ProductOptions {
  /** The history that is read. */
  readonly url: string;
  /** A url of a great history, another one each time. */
  readonly other: () => Promise<string>;
  /** A repository that commits are pushed to, and urls of it. */
  readonly refreshed: { readonly path: string; readonly urls: readonly string[] };
}

/** How many pairs count. */
const counted = 5;

/**
 * For how long a server that does nothing else is read, and how long it has before that to end what adding leaves to do, in
 * milliseconds.
 */
const idle = 4000;
const settling = 4000;

/**
 * How many refreshes are read beside, and how long lies between one and the next, in milliseconds: as with 500 projects that
 * are each refreshed every 45 s, which is the most a server does by itself.
 */
const refreshes = 90;
const between = 45_000 / 500;

/** How many commits are pushed before: the first refresh of each url finds them. */
const pushed = 10;

/** How long pages take while other histories are refreshed, or fetched and written, against nothing beside. */
export async function busyRows(bench: BusyBench): Promise<readonly Row[]> {
  const { directory, url, other, refreshed, signal } = bench;
  const server = await startProduct(bench);
  const runGit = async () => {
    const place = await mkdtemp(join(directory, 'floor-'));
    const args = ['-c', gitAlone, 'sh', place, await other()];
    await secondsOf('sh', args, { env: gitEnvironment, signal });
    await rm(place, { recursive: true });
  };
  try {
    await addProject(server.url, 'read', url, signal);
    // Made before anything is timed.
    await other();
    const read = (work: () => Promise<unknown>) => readWhile(`${server.url}/list/read`, work);
    const add = async () => addProject(server.url, crypto.randomUUID(), await other(), signal);
    const quiet = async () => {
      await setTimeout(settling, undefined, { signal });
      return read(() => setTimeout(idle));
    };
    const withGit = await alternate(quiet, () => read(runGit), counted);
    const withAdd = await alternate(quiet, () => read(add), counted);
    // At last, since a server goes on to refresh by itself what has changed lately.
    const refresh = (count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, number) => {
          await setTimeout(number * between, undefined, { signal });
          const index = number % refreshed.urls.length;
          await addProject(server.url, `beside-${index}`, refreshed.urls[index] ?? '', signal);
        }),
      );
    await refresh(refreshed.urls.length);
    const withRefreshes = await alternate(
      quiet,
      async () => {
        await importLinearHistory(refreshed.path, pushed);
        return read(() => refresh(refreshes));
      },
      counted,
    );
    return [
      ratioRow('/list, others are refreshed, median', 'ms', compare(withRefreshes, 'median')),
      ratioRow('/list, others are refreshed, p99', 'ms', compare(withRefreshes, 'p99'), {
        atMost: 2,
      }),
      ratioRow('/list, git alone beside, median', 'ms', compare(withGit, 'median')),
      ratioRow('/list, git alone beside, p99', 'ms', compare(withGit, 'p99')),
      ratioRow('/list, another is written, median', 'ms', compare(withAdd, 'median')),
      ratioRow('/list, another is written, p99', 'ms', compare(withAdd, 'p99'), { atMost: 2 }),
    ];
  } finally {
    await server.stop();
  }
}

/** Has a page read again and again while other work is done. */
async function readWhile(url: string, work: () => Promise<unknown>) {
  const module = fileURLToPath(new URL('./reader.ts', import.meta.url));
  const reader = spawn(process.execPath, [module, url], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(reader.stdout)[Symbol.asyncIterator]();
  try {
    await lines.next();
    await work();
    reader.stdin.end();
    const took = z.array(z.number()).parse(JSON.parse(String((await lines.next()).value)));
    const sorted = took.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? NaN;
    return { median: at(0.5), p99: at(0.99) };
  } finally {
    reader.kill();
  }
}
