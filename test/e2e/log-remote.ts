import { readdir } from 'node:fs/promises';
import type { ExecutionContext } from 'ava';
import { startGitRemote } from '../kit/git-remote.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

/** A git server, and the environment of a `log` that reads from it. */
export async function startLogRemote(t: ExecutionContext) {
  const { root, server } = await startGitRemote(t);
  const tmp = await temporaryDirectory(t);
  return { root, server, env: { TMPDIR: tmp }, left: () => readdir(tmp) };
}
