import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { GitRunner } from './run-git.ts';

interface CountRequest {
  /** A bare repository. */
  readonly path: string;
  readonly tip: string;
  readonly signal: AbortSignal;
}

/**
 * What the index of a pack takes for an object at least, in bytes: a sha1, a checksum and a place.
 * https://git-scm.com/docs/gitformat-pack#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and
 */
const indexEntryBytes = 28;

/** Whether more than `most` commits are reachable from a tip. Nothing beyond that number is looked at. */
export async function hasMoreCommits(
  git: GitRunner,
  { path, tip, signal }: CountRequest,
  most: number,
): Promise<boolean> {
  // Of nearly every repository the sizes of its files tell, which cost no process.
  if ((await indexBytes(path)) <= most * indexEntryBytes) return false;
  const args = ['rev-list', '--count', `--max-count=${most + 1}`, '--end-of-options', tip, '--'];
  const running = git.start({ args, cwd: path, signal });
  const [count] = await Promise.all([text(running.stdout), running.end]);
  return Number(count) > most;
}

async function indexBytes(path: string): Promise<number> {
  const packs = join(path, 'objects', 'pack');
  const names = (await readdir(packs)).filter((name) => name.endsWith('.idx'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(packs, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
