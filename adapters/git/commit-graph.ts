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
