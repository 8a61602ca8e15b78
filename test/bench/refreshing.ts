import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { git, gitEnvironment } from '../kit/git.ts';
import { importLinearHistory } from '../kit/linear-history.ts';
import { alternate, compare } from './pairs.ts';
import { secondsOf } from './processes.ts';
import { addProject, startProduct, type ProductOptions } from './product.ts';
import { bytesReceived, bytesSent } from './sent.ts';
import { ratioRow, type Row } from './table.ts';

export interface RefreshBench extends ProductOptions {
  /** A repository that nothing else uses: commits are pushed to it. */
  readonly path: string;
  readonly url: string;
  /** The remote that serves it. */
  readonly remote: string;
}

/** How many pairs count. */
const counted = 15;

/** How many commits are pushed before each pair that finds some. */
const pushed = 10;

/** How long a mirror may be tended after a refresh, in milliseconds. */
const tending = 500;

/** What a user of git would do with a mirror of their own; without the tidying that would come now and then. */
const fetchAlone = `cd "$1" &&
  git -c maintenance.auto=false fetch --quiet --filter=tree:0 --no-tags "$2" +HEAD:refs/heads/head`;
const fetchAndLog = `${fetchAlone} &&
  exec git log --no-mailmap --abbrev=10 --pretty=format:'%h - %an, %ad : %s' "$3..refs/heads/head"`;

/** Compares refreshing a history, with nothing new and with a few commits, with git alone. */
export async function refreshingRows(bench: RefreshBench): Promise<readonly Row[]> {
  const { directory, path, url, remote, signal } = bench;
  const mirror = await mkdtemp(join(directory, 'floor-'));
  await git(mirror, ['init', '--quiet', '--bare']);
  const runGit = (script: string, ...args: readonly string[]) =>
    secondsOf('sh', ['-c', script, 'sh', mirror, url, ...args], { env: gitEnvironment, signal });
  await runGit(fetchAlone);

  const server = await startProduct(bench);
  try {
    const refresh = async () => {
      const begin = performance.now();
      await addProject(server.url, 'refreshed', url, signal);
      return (performance.now() - begin) / 1000;
    };
    await refresh();
    const nothing = await alternate(
      async () => ({ seconds: await runGit(fetchAlone) }),
      async () => ({ seconds: await refresh() }),
      counted,
    );
    const some = await alternate(
      async () => {
        const tip = await git(path, ['rev-parse', 'HEAD']);
        await importLinearHistory(path, pushed);
        const before = await bytesSent(remote, signal);
        const seconds = await runGit(fetchAndLog, tip);
        return { seconds, megabytes: ((await bytesSent(remote, signal)) - before) / 1e6 };
      },
      async () => {
        const before = await bytesReceived(server.url, signal);
        const seconds = await refresh();
        const received = await bytesReceived(server.url, signal);
        // What is tended after the answer would hold up the floor.
        await setTimeout(tending, undefined, { signal });
        return { seconds, megabytes: (received - before) / 1e6 };
      },
      counted,
    );
    const orMore = { atMost: 1.5, orMore: 0.01 };
    return [
      ratioRow('refresh, nothing new', 's', compare(nothing, 'seconds'), orMore),
      ratioRow(`refresh, ${pushed} new`, 's', compare(some, 'seconds'), { atMost: 2 }),
      ratioRow(`refresh, ${pushed} new, received`, 'MB', compare(some, 'megabytes'), {
        atMost: 1.05,
      }),
    ];
  } finally {
    await server.stop();
  }
}
