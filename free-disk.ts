import { statfs } from 'node:fs/promises';

/** How many bytes the disk of a directory has left for programs without privileges. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** Tells whether a directory's disk has that many bytes left, which are kept for what is there already. */
export function keepFree(directory: string, bytes: number): () => Promise<boolean> {
  return async () => {
    if (bytes === 0) return true;
    return (await freeBytes(directory)) >= bytes;
  };
}
