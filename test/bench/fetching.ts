import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gitEnvironment } from '../kit/git.ts';
import { gitAlone } from './git-alone.ts';
import { alternate, compare } from './pairs.ts';
import { peakMemory, peakMemoryOf, secondsOf } from './processes.ts';
import { addProject, productEnvironment, script, startProduct } from './product.ts';
import type { BenchRepository } from './repositories.ts';
import { bytesSent } from './sent.ts';
import { figureRow, ratioRow, type Row } from './table.ts';

export interface FetchBench {
  readonly repository: BenchRepository;
  /** For whatever the runs leave behind. */
  readonly directory: string;
  /** What the remote serves. */
  readonly served: string;
  /** The remote's url. */
  readonly remote: string;
  readonly signal: AbortSignal;
}

/** How many pairs count. */
const counted = 15;

/** From how many commits on the share of what each add costs must be smaller. */
const many = 39_000;

/** Compares printing a history by the command line, and adding it to a running server, with git alone. */
export async function fetchRows(bench: FetchBench): Promise<readonly Row[]> {
  const { repository, directory, remote, signal } = bench;
  const options = { env: productEnvironment(directory), signal };

  // To the server each url is a repository of its own.
  const freshUrl = async () => {
    const name = `${crypto.randomUUID()}.git`;
    await symlink(repository.path, join(bench.served, name));
    return `${remote}/${name}`;
  };
  const measure = async (run: (url: string) => Promise<number>) => {
    const [url, before] = [await freshUrl(), await bytesSent(remote, signal)];
    const seconds = await run(url);
    return { seconds, megabytes: ((await bytesSent(remote, signal)) - before) / 1e6 };
  };

  const runGit = async (url: string) => {
    const place = await mkdtemp(join(directory, 'floor-'));
    const args = ['-c', gitAlone, 'sh', place, url];
    const seconds = await secondsOf('sh', args, { env: gitEnvironment, signal });
    await rm(place, { recursive: true });
    return seconds;
  };
  const floor = () => measure(runGit);
  const print = () => measure((url) => secondsOf('sh', script('log', url), options));

  const server = await startProduct(bench);
  try {
    const add = () => measure((url) => secondsOfAdding(server.url, url, signal));
    await add();
    const serverPeak = await peakMemory(server.pid);
    const printPeak = await peakMemoryOf('sh', script('log', await freshUrl()), options);
    const printed = await alternate(floor, print, counted);
    const added = await alternate(floor, add, counted);
    const addReach = repository.commits < many ? 1.25 : 1.2;
    return [
      ratioRow('log', 's', compare(printed, 'seconds'), { atMost: 1.2 }),
      ratioRow('add', 's', compare(added, 'seconds'), { atMost: addReach }),
      ratioRow('add, received', 'MB', compare(added, 'megabytes'), { atMost: 1.02 }),
      figureRow('log, most resident', 'MB', printPeak, 120),
      figureRow('server, most resident after one add', 'MB', serverPeak),
    ];
  } finally {
    await server.stop();
  }
}

async function secondsOfAdding(server: string, url: string, signal: AbortSignal): Promise<number> {
  const begin = performance.now();
  await addProject(server, crypto.randomUUID(), url, signal);
  return (performance.now() - begin) / 1000;
}
