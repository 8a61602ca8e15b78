import { statfs } from 'node:fs/promises';
import { DomainError } from './domain/errors.ts';

/** How many bytes the disk of a directory has left for programs without privileges. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/**
 * Tells whether a directory's disk has that many bytes left, which are kept for what is there already.
 * @throws DomainError `store_unavailable` where the directory is gone
 */
export function keepFree(directory: string, bytes: number): () => Promise<boolean> {
  return async () => {
    if (bytes === 0) return true;
    try {
      return (await freeBytes(directory)) >= bytes;
    } catch (cause) {
      const sentence =
        'The data directory of this server cannot be read just now; try again later.';
      throw new DomainError('store_unavailable', sentence, { cause });
    }
  };
}
