import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Commit } from '../../domain/commit.ts';
import type { Difference } from '../../domain/git-port.ts';
import { hasCommitGraph, writeCommitGraph } from './commit-graph.ts';
import { logArguments } from './log-format.ts';
import { logParser } from './parse-log.ts';
import type { GitRunner } from './run-git.ts';

interface DifferenceRequest {
  /** A bare repository. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
  readonly signal?: AbortSignal | undefined;
}

/** Where more has changed, the whole history is read instead. */
const mostCommits = 20_000;

/**
 * What lies between two tips. Only by `--topo-order` and with a commit-graph does git find exactly that where clocks were
 * wrong; what it calls `from..to` is not.
 */
export async function readDifference(
  git: GitRunner,
  request: DifferenceRequest,
): Promise<Difference | undefined> {
  const { path, from, to, signal } = request;
  // A history that is cut off changes at its lower end, too, and git does not tell.
  if (await isShallow(path)) return undefined;
  // One that ends below the new commits does as well; it is brought up to date afterwards.
  if (!(await hasCommitGraph(path)) && !(await writeCommitGraph(git, path, signal)))
    return undefined;
  const walk = ['--topo-order', `--max-count=${mostCommits + 1}`];
  const run = async (command: readonly string[], tip: string, without: string) => {
    const args = [...command, ...walk, '--end-of-options', tip, `^${without}`, '--'];
    const running = git.start({ args, cwd: path, signal });
    const [output, end] = await Promise.all([buffer(running.stdout), running.end]);
    return end.exitCode === 0 ? output : undefined;
  };
  const log = await run(logArguments, to, from);
  if (log === undefined) return undefined;
  const fresh: readonly Commit[] = logParser()(log);
  if (fresh.length > mostCommits) return undefined;
  // Where something new follows on the old tip, the new tip reaches the old one and all below: git need not be asked.
  if (fresh.some(({ parents }) => parents.includes(from))) return { fresh, lost: [] };
  const list = await run(['rev-list'], from, to);
  if (list === undefined) return undefined;
  const lost = list
    .toString('latin1')
    .split('\n')
    .filter((name) => name !== '');
  return lost.length > mostCommits ? undefined : { fresh, lost };
}

export async function isShallow(path: string): Promise<boolean> {
  return access(join(path, 'shallow')).then(
    () => true,
    () => false,
  );
}
