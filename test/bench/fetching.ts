import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { gitEnvironment } from '../helpers/git.ts';
import { alternate, compare } from './pairs.ts';
import { peakMemory, peakMemoryOf, secondsOf, startServer } from './processes.ts';
import type { BenchRepository } from './repositories.ts';
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

/** What a user of git would do instead, without the mailmap, for which git would ask the remote once more. */
const gitAlone = `cd "$1" &&
  git init --quiet --bare &&
  git fetch --filter=tree:0 --no-tags "$2" HEAD &&
  exec git log --no-mailmap --abbrev=10 --pretty=format:'%h - %an, %ad : %s' FETCH_HEAD`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const searchPath = [dirname(process.execPath), process.env['PATH']].join(delimiter);

/** From how many commits on the share of what each add costs must be smaller. */
const many = 39_000;

/** Compares printing a history by the command line, and adding it to a running server, with git alone. */
export async function fetchRows(bench: FetchBench): Promise<readonly Row[]> {
  const { repository, directory, remote, signal } = bench;
  const options = { env: { PATH: searchPath, TMPDIR: directory, PORT: '0' }, signal };

  // To the server each url is a repository of its own.
  const freshUrl = async () => {
    const name = `${crypto.randomUUID()}.git`;
    await symlink(repository.path, join(bench.served, name));
    return `${remote}/${name}`;
  };
  const sent = async () => Number(await (await fetch(`${remote}/sent`, { signal })).text());
  const measure = async (run: (url: string) => Promise<number>) => {
    const [url, before] = [await freshUrl(), await sent()];
    const seconds = await run(url);
    return { seconds, megabytes: ((await sent()) - before) / 1e6 };
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

  const server = await startServer('sh', script('serve'), options);
  try {
    const add = () => measure((url) => secondsOfAdding(server.url, url, signal));
    await add();
    const serverPeak = await peakMemory(server.pid);
    const printPeak = await peakMemoryOf('sh', script('log', await freshUrl()), options);
    const printed = await alternate(floor, print);
    const added = await alternate(floor, add);
    const addReach = repository.commits < many ? 1.25 : 1.2;
    return [
      ratioRow('log', 's', compare(printed, 'seconds'), 1.2),
      ratioRow('add', 's', compare(added, 'seconds'), addReach),
      ratioRow('add, received', 'MB', compare(added, 'megabytes'), 1.02),
      figureRow('log, most resident', 'MB', printPeak, 120),
      figureRow('server, most resident after one add', 'MB', serverPeak),
    ];
  } finally {
    await server.stop();
  }
}

/** The arguments that make a shell run the program as `npm start` and `npm run log` do, but for npm itself. */
function script(command: 'serve' | 'log', ...args: readonly string[]): readonly string[] {
  const { start, log } = manifest.scripts;
  return ['-c', `cd "$0" && ${command === 'log' ? log : start} "$@"`, root, ...args];
}

async function secondsOfAdding(server: string, url: string, signal: AbortSignal): Promise<number> {
  const begin = performance.now();
  const project = `${server}/add/${crypto.randomUUID()}`;
  const answer = await fetch(project, { method: 'POST', body: url, signal });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`adding answered ${answer.status}: ${text}`);
  return (performance.now() - begin) / 1000;
}
