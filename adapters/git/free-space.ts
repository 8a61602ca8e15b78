import { statfs } from 'node:fs/promises';
import { packFileSizes } from './pack-files.ts';

/**
 * How many bytes may be received until no more of the disk is free than is kept.
 * @param fromReserve so many may be received of the first half of what is kept free
 */
export async function receivableBytes(
  directory: string,
  minFreeBytes: number,
  fromReserve: number,
): Promise<number> {
  if (minFreeBytes === 0) return Infinity;
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  // The other half is for what the store writes: one remote's pushes must not use up all of it.
  const ofReserve = Math.min(fromReserve, free - minFreeBytes / 2);
  return Math.max(0, free - minFreeBytes, ofReserve);
}

/** With fewer bytes left beside what was received, it is the disk that git failed of. */
const minFreeBesidePack = 16 * 1024 ** 2;

/** With fewer inodes left it is them that git failed of. */
const minFreeInodes = 100;

/** What this machine did not let git do, whatever the remote did: write a larger file, or write at all. */
export async function localFailure(
  repository: string,
  { maxBytes, received }: { readonly maxBytes: number; readonly received: number },
): Promise<'too_large' | 'internal' | undefined> {
  const sizes = await packFileSizes(repository, (name) => name.startsWith('tmp_'));
  if (sizes.some((size = 0) => size >= maxBytes)) return 'too_large';
  // Git has removed again what it could not finish, so that there is room once more, but not for all that was received.
  const { bavail, bsize, files, ffree } = await statfs(repository);
  // Some file systems make inodes as they need them, and report none.
  if (files > 0 && ffree < minFreeInodes) return 'internal';
  return bavail * bsize < received + minFreeBesidePack ? 'internal' : undefined;
}
