import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../kit/git.ts';
import { addProject, startProduct, type ProductOptions } from './product.ts';
import { ratioRow, type Row } from './table.ts';

/** Compares the disk that a history takes in the database with what git takes to hold its commits alone. */
export async function sizeRows(
  bench: ProductOptions & { readonly url: string },
): Promise<readonly Row[]> {
  const { directory, url, signal } = bench;
  const mirror = await mkdtemp(join(directory, 'floor-'));
  await git(mirror, ['init', '--quiet', '--bare', '--template=']);
  await git(mirror, [
    'fetch',
    '--quiet',
    '--filter=tree:0',
    '--no-tags',
    url,
    '+HEAD:refs/heads/a',
  ]);

  const data = await mkdtemp(join(directory, 'data-'));
  const server = await startProduct(bench, { DATA_DIR: data });
  try {
    await addProject(server.url, 'stored', url, signal);
  } finally {
    await server.stop();
  }
  const [floor, subject] = [await megabytesIn(mirror), await megabytesIn(data, /^gitmon\.db/)];
  const ratio = subject / floor;
  const comparison = { floor, subject, ratio, lowest: ratio, highest: ratio };
  return [ratioRow('database against mirror', 'MB', comparison, { atMost: 1 })];
}

/** Of the files in a directory and below, those of some names where that is given. */
async function megabytesIn(directory: string, names = /^/): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !names.test(entry.name)) continue;
    bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes / 1e6;
}
