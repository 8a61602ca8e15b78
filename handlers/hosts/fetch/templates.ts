import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { assetDirectory } from '../../../views/assets.ts';
import { viewsDirectory } from '../../../views/directory.ts';
import { createTemplateEngine } from '../../../views/render.ts';
import { RefusedError } from '../../contract/problems.ts';
import type { Page } from '../../contract/reply.ts';

/** Reads the templates, and renders a page by its own. */
export function createPages(): (page: Page) => string {
  const engine = createTemplateEngine();
  const templates = new Map(
    readdirSync(viewsDirectory)
      .filter((file) => extname(file) === '.njk')
      .map((file) => {
        const source = readFileSync(join(viewsDirectory, file), 'utf8');
        return [basename(file, '.njk'), engine.compile(source)];
      }),
  );
  return ({ view, context }) => {
    const render = templates.get(view);
    if (render === undefined) throw new TypeError(`There is no template ${view}.njk`);
    return render(context);
  };
}

/** No segment begins with a dot, so none leads upwards or to a hidden file. */
const relative = /^\w[\w.-]*(?:\/\w[\w.-]*)*$/;

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * A file of `/static`, or 304 where the client has it.
 * @throws RefusedError `no_such_page`
 */
export async function sendFile(path: string, request: Request): Promise<Response> {
  if (!relative.test(path)) throw new RefusedError('no_such_page');
  const content = await readIfThere(join(assetDirectory(path), path));
  const digest = createHash('sha256').update(content).digest('base64url');
  const headers = {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    etag: `"${digest}"`,
  };
  const known = request.headers.get('if-none-match')?.includes(digest) === true;
  return new Response(known ? null : content, { status: known ? 304 : 200, headers });
}

const absent = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']);

async function readIfThere(path: string) {
  try {
    return await readFile(path);
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && absent.has(String(error.code));
    throw isAbsent ? new RefusedError('no_such_page') : error;
  }
}
