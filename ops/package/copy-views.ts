/** Puts beside the compiled code what it reads at run time and `tsc` does not copy: templates and static files. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

cpSync(join(root, 'views'), join(root, 'dist/views'), {
  recursive: true,
  filter: (path) => !path.endsWith('.ts'),
});
