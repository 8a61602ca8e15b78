import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.resolve('git-monitoring-server/package.json')));

/** Where templates and static files are: in the package itself, not beside the compiled code. */
export const viewsDirectory = join(root, 'views');

/** Where the build puts what browsers are sent: the modules of `views/browser` are in `js/views/browser`. */
export const compiledDirectory = join(root, 'dist/static');
