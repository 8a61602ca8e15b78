import { copyFile, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../..');
const notCopied = new Set(
  ['.git', 'node_modules', 'dist', 'coverage', 'data'].map((name) => join(root, name)),
);

export interface InstalledPackage {
  /** The copy of the working tree that was packed. */
  readonly tree: string;
  /** An otherwise empty project that installed the package, and the programs in test/repository/package/. */
  readonly consumer: string;
}

/** Packs a copy of the working tree with `npm pack` and installs the package as somebody else would, all in `directory`. */
export async function installPackage(directory: string): Promise<InstalledPackage> {
  // npm's own children are no part of what coverage is measured of.
  const npm = (cwd: string, ...args: string[]) =>
    execa('npm', args, { cwd, env: { NODE_V8_COVERAGE: undefined } });

  const tree = join(directory, 'tree');
  await cp(root, tree, { recursive: true, filter: (path) => !notCopied.has(path) });
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
  await npm(tree, 'pack', '--pack-destination', directory);

  const consumer = join(directory, 'consumer');
  await mkdir(consumer);
  await writeFile(join(consumer, 'package.json'), '{ "type": "module" }');
  const tarballs = (await readdir(directory)).filter((name) => name.endsWith('.tgz'));
  const quick = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
  await npm(consumer, 'install', ...quick, ...tarballs.map((name) => join(directory, name)));
  for (const program of await readdir(join(root, 'test/repository/package'))) {
    await copyFile(join(root, 'test/repository/package', program), join(consumer, program));
  }
  return { tree, consumer };
}
