import { text } from 'node:stream/consumers';
import { fetchError } from '../../domain/fetch-error.ts';
import { packFileSizes } from './pack-files.ts';
import type { GitRunner } from './run-git.ts';

interface CountRequest {
  /** A bare repository. */
  readonly path: string;
  readonly tip: string;
  readonly signal: AbortSignal;
}

/**
 * What the index of a pack takes for an object at least, in bytes: a sha1, a checksum and an offset.
 * https://git-scm.com/docs/gitformat-pack#_version_2_pack_idx_files_support_packs_larger_than_4_gib_and
 */
const indexEntryBytes = 28;

/** Whether more than `maxCommits` commits are reachable from a tip. Nothing beyond that number is looked at. */
export async function hasMoreCommits(
  git: GitRunner,
  { path, tip, signal }: CountRequest,
  maxCommits: number,
): Promise<boolean> {
  // Of nearly every repository the sizes of its pack indexes tell, which takes no process.
  if ((await indexBytes(path)) <= maxCommits * indexEntryBytes) return false;
  const args = [
    'rev-list',
    '--count',
    `--max-count=${maxCommits + 1}`,
    '--end-of-options',
    tip,
    '--',
  ];
  const running = git.start({ args, cwd: path, signal });
  const [count, { exitCode, stderr }] = await Promise.all([text(running.stdout), running.end]);
  if (exitCode !== 0) throw fetchError('internal', stderr);
  return Number(count) > maxCommits;
}

/** Infinite where a file goes meanwhile, as when a mirror is repacked. */
async function indexBytes(path: string): Promise<number> {
  const sizes = await packFileSizes(path, (name) => name.endsWith('.idx'));
  return sizes.reduce<number>((sum, size = Infinity) => sum + size, 0);
}
