import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitRunner } from './run-git.ts';

/** Adds the newest commits to what git knows of the shape of a history; false where it cannot be done. */
export async function writeCommitGraph(
  git: GitRunner,
  path: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const args = ['commit-graph', 'write', '--reachable', '--split', '--no-progress'];
  const running = git.start({ args, cwd: path, signal });
  running.stdout.resume();
  const { exitCode } = await running.end;
  return exitCode === 0;
}

/** Whether there is a commit-graph, of newer commits or older ones. */
export async function hasCommitGraph(path: string): Promise<boolean> {
  const info = join(path, 'objects', 'info');
  const files = ['commit-graphs/commit-graph-chain', 'commit-graph'].map((name) =>
    access(join(info, name)),
  );
  return Promise.any(files).then(
    () => true,
    () => false,
  );
}
