import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { assetDirectory } from '../../../views/assets.ts';
import { viewsDirectory } from '../../../views/directory.ts';
import { createTemplateEngine } from '../../../views/render.ts';
import { RefusedError } from '../../contract/problems.ts';
import type { Page, Views } from '../../contract/reply.ts';
import { ifNoneMatch } from '../../http/conditional.ts';

/** Reads the templates, and renders a page by one of them. */
export function createPages(): (page: Page) => string {
  const engine = createTemplateEngine();
  const template = (view: keyof Views) =>
    engine.compile(readFileSync(join(viewsDirectory, `${view}.njk`), 'utf8'));
  const templates: Readonly<Record<keyof Views, (context: object) => string>> = {
    projects: template('projects'),
    adding: template('adding'),
    remove: template('remove'),
    commits: template('commits'),
    authors: template('authors'),
    rewrites: template('rewrites'),
    commit: template('commit'),
    namesakes: template('namesakes'),
    json: template('json'),
    feed: template('feed'),
    login: template('login'),
    status: template('status'),
    api: template('api'),
    problem: template('problem'),
  };
  return ({ view, context }) => templates[view](context);
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
  const etag = `"${hash('sha256', content, 'base64url')}"`;
  const headers = { 'content-type': types[extname(path)] ?? 'application/octet-stream', etag };
  const known = ifNoneMatch(request.headers.get('if-none-match') ?? undefined, etag);
  return known === undefined
    ? new Response(content, { headers })
    : new Response(null, { status: 304, headers });
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
