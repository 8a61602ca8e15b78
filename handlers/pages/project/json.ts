import { z } from 'zod';
import type { PageStart, Project, StorePort } from '../../../domain/index.ts';
import { cursor } from '../../api/cursor.ts';
import type { Handler, RequestHeaders } from '../../contract/handler.ts';
import type { CacheableReply } from '../../contract/reply.ts';
import { wholeHistory } from '../../core/json.ts';
import { jsonCommit } from '../../core/json-stream.ts';
import { prefersHtml } from '../../http/accept.ts';
import { view } from '../view.ts';
import { cacheablePage } from './cacheable-page.ts';
import { findPage } from './pagination.ts';

interface JsonView {
  readonly project: Project;
  /** A page of the document, indented. */
  readonly text: string;
  readonly newer: string | null;
  readonly older: string | null;
}

const documentPage = view<JsonView>('json');

const input = z.object({
  params: z.object({ projectname: z.string() }),
  query: z.object({ cursor: cursor.optional(), raw: z.string().optional() }),
  headers: z.custom<RequestHeaders>(),
});

/** `GET /json/{projectname}`: the whole history for programs, and for browsers a page of it unless they want it `?raw`. */
export const json: Handler<z.infer<typeof input>> = {
  input,
  async run(ports, { params: { projectname }, query: { cursor: from, raw }, headers }) {
    if (prefersHtml(headers.accept) && raw === undefined) return jsonPage(ports, projectname, from);
    return wholeHistory(ports, projectname);
  },
};

async function jsonPage(
  ports: { readonly store: StorePort },
  name: string,
  from: PageStart | undefined,
): Promise<CacheableReply> {
  const found = await findPage(ports, '/json', name, from);
  return cacheablePage(found, async () => {
    const { project, newer, older } = found;
    const { url } = project;
    const commits = await found.commits();
    const text = JSON.stringify({ name, url, commits: commits.map(jsonCommit) }, null, 2);
    return documentPage({ project, text, newer, older });
  });
}
