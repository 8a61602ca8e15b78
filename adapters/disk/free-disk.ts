import { statfs } from 'node:fs/promises';
import { DomainError } from '../../domain/errors.ts';

/** How many more files there must be room for: a mirror takes some twenty, and others write too. */
const neededInodes = 1000;

/** How many bytes the disk of a directory has left for programs without privileges. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/**
 * Tells whether the disks of directories have that many bytes left, which are kept for what is there already, and inodes.
 * @throws DomainError `store_unavailable` where one of them is gone
 */
export function keepFree(directories: readonly string[], bytes: number): () => Promise<boolean> {
  return async () => {
    if (bytes === 0) return true;
    try {
      const disks = await Promise.all(directories.map((directory) => statfs(directory)));
      return disks.every(
        ({ bavail, bsize, files, ffree }) =>
          bavail * bsize >= bytes &&
          // Some file systems make inodes as they need them, and tell of none.
          (files === 0 || ffree >= neededInodes),
      );
    } catch (cause) {
      const sentence =
        'The data directory of this server cannot be read just now; try again later.';
      throw new DomainError('store_unavailable', sentence, { cause });
    }
  };
}
