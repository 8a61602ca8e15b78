import { statfs } from 'node:fs/promises';

/** Tells whether a directory's disk has that many bytes left, which are kept for what is there already. */
export function keepFree(directory: string, bytes: number): () => Promise<boolean> {
  return async () => {
    if (bytes === 0) return true;
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize >= bytes;
  };
}
