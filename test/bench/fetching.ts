import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
const gitAlone = `
  git init --quiet --bare &&
  git fetch --filter=tree:0 --no-tags "$1" HEAD &&
  exec git log --no-mailmap --abbrev=10 --pretty=format:'%h - %an, %ad : %s' FETCH_HEAD`;

const cli = fileURLToPath(new URL('../../cli.ts', import.meta.url));

/** Compares fetching a history by the command line, and adding it to a running server, with git alone. */
export async function fetchRows(bench: FetchBench): Promise<readonly Row[]> {
  const { repository, directory, remote, signal } = bench;
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: directory };
  // To the server each url is a repository of its own.
  const freshUrl = async () => {
    const name = `${crypto.randomUUID()}.git`;
    await symlink(repository.path, join(bench.served, name));
    return `${remote}/${name}`;
  };
  const received = async () => Number(await (await fetch(`${remote}/sent`, { signal })).text());

  const floor = async () => {
    const [place, url, before] = [
      await mkdtemp(join(directory, 'floor-')),
      await freshUrl(),
      await received(),
    ];
    const args = ['-c', `cd "$2" && ${gitAlone}`, 'sh', url, place];
    const seconds = await secondsOf('sh', args, { env: gitEnvironment, signal });
    const bytes = (await received()) - before;
    await rm(place, { recursive: true });
    return { seconds, bytes };
  };

  const print = async () => {
    const [url, before] = [await freshUrl(), await received()];
    const seconds = await secondsOf(process.execPath, [cli, 'log', url], { env, signal });
    return { seconds, bytes: (await received()) - before };
  };

  const server = await startServer([cli, 'serve'], { env: { ...env, PORT: '0' }, signal });
  try {
    const add = async () => {
      const [url, before] = [await freshUrl(), await received()];
      const begin = performance.now();
      const answer = await fetch(`${server.url}/add/${crypto.randomUUID()}`, {
        method: 'POST',
        body: url,
        signal,
      });
      const text = await answer.text();
      const seconds = (performance.now() - begin) / 1000;
      if (answer.status !== 200) throw new Error(`adding answered ${answer.status}: ${text}`);
      return { seconds, bytes: (await received()) - before };
    };

    await add();
    const serverPeak = await peakMemory(server.pid);
    const printPeak = await peakMemoryOf(process.execPath, [cli, 'log', await freshUrl()], {
      env,
      signal,
    });
    const printed = await alternate(floor, print);
    const added = await alternate(floor, add);
    return [
      ratioRow(
        'log',
        compare(printed, ({ seconds }) => seconds),
        's',
        1.2,
      ),
      ratioRow(
        'add',
        compare(added, ({ seconds }) => seconds),
        's',
        repository.commits < 39_000 ? 1.25 : 1.2,
      ),
      ratioRow(
        'add, bytes received',
        compare(added, ({ bytes }) => bytes / 1e6),
        'MB',
        1.02,
      ),
      figureRow('log, most resident', printPeak, 'MB', 120),
      figureRow('server, most resident after one add', serverPeak, 'MB'),
    ];
  } finally {
    await server.stop();
  }
}
