import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The sizes of the files of a repository's packs whose names fit, in bytes; of one that was removed meanwhile, undefined. */
export async function packFileSizes(
  path: string,
  fits: (name: string) => boolean,
): Promise<readonly (number | undefined)[]> {
  const packs = join(path, 'objects', 'pack');
  const names = (await readdir(packs).catch(() => [])).filter(fits);
  return Promise.all(
    names.map(async (name) => (await stat(join(packs, name)).catch(() => undefined))?.size),
  );
}
