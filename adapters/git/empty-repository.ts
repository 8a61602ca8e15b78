import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes a bare repository of an empty directory, as `git init --bare --template=` does but without a process: that
 * would be a tenth of the time that a small repository takes. Synchronous, because four such small things are made
 * sooner than the thread pool is asked for one. https://git-scm.com/docs/gitrepository-layout
 */
export function makeRepository(directory: string, objectFormat: 'sha1' | 'sha256'): void {
  const format =
    objectFormat === 'sha1'
      ? '\trepositoryformatversion = 0\n'
      : '\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n';
  mkdirSync(join(directory, 'objects'));
  mkdirSync(join(directory, 'refs'));
  writeFileSync(join(directory, 'HEAD'), 'ref: refs/heads/none\n');
  writeFileSync(join(directory, 'config'), `[core]\n\tbare = true\n${format}`);
}
