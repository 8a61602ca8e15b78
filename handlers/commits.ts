import { z } from 'zod';
import { DomainError, parseProjectName, type CommitPage, type StorePort } from '../domain/index.ts';
import type { Handler } from './handler.ts';
import { jsonHistory } from './json-history.ts';

/** How many commits a page of `/list` shows. */
const pageSize = 100;

const projectname = z.object({ projectname: z.string() });
const jsonInput = z.object({ params: projectname });
const listInput = z.object({
  params: projectname,
  query: z.object({
    skip: z
      .string('skip is given once.')
      .regex(/^\d{1,9}$/, 'skip is the number of commits to pass over, in digits.')
      .transform(Number)
      .default(0),
  }),
});

/** `GET /json/{projectname}`: the whole history. */
export const json: Handler<z.infer<typeof jsonInput>> = {
  input: jsonInput,
  async run({ store }, { params }) {
    const all = { skip: 0, limit: Infinity };
    const page = await readCommits(store, params.projectname, all);
    return { kind: 'stream', type: 'application/json', chunks: jsonHistory(page) };
  },
};

/** `GET /list/{projectname}`: a page of the history, newest first. */
export const list: Handler<z.infer<typeof listInput>> = {
  input: listInput,
  async run({ store }, { params, query: { skip } }) {
    const range = { skip, limit: pageSize };
    const { project, commits } = await readCommits(store, params.projectname, range);
    const path = (start: number) => `/list/${project.name}${start > 0 ? `?skip=${start}` : ''}`;
    const newer = skip > 0 ? path(Math.max(0, Math.min(skip, project.commits) - pageSize)) : null;
    const older = skip + pageSize < project.commits ? path(skip + pageSize) : null;
    const links = [
      ...(older === null ? [] : [`<${older}>; rel="next"`]),
      ...(newer === null ? [] : [`<${newer}>; rel="prev"`]),
    ];
    return {
      kind: 'view',
      view: 'commits',
      context: { project, rows: commits, first: skip + 1, newer, older },
      ...(links.length > 0 && { headers: { link: links.join(', ') } }),
    };
  },
};

async function readCommits(
  store: StorePort,
  name: string,
  range: { readonly skip: number; readonly limit: number },
): Promise<CommitPage> {
  const page = await store.commits(parseProjectName(name), range);
  if (page !== undefined) return page;
  throw new DomainError('unknown_project', 'Nobody has added a project of that name yet.');
}
