import { z } from 'zod';
import {
  DomainError,
  parseProjectName,
  type CommitPage,
  type Project,
  type StorePort,
} from '../domain/index.ts';
import { prefersHtml } from './accept.ts';
import type { Handler, RequestHeaders } from './handler.ts';
import { jsonCommit, jsonHistory } from './json-history.ts';
import type { Page as View, RepeatableReply } from './reply.ts';

/** How many commits a page shows. */
const pageSize = 100;

const params = z.object({ projectname: z.string() });
const query = z.object({
  skip: z
    .string('skip is given once.')
    .regex(/^\d{1,9}$/, 'skip is the number of commits to pass over, in digits.')
    .transform(Number)
    .default(0),
});
const listInput = z.object({ params, query });
const jsonInput = z.object({ params, query, headers: z.custom<RequestHeaders>() });

/** `GET /json/{projectname}`: the whole history for programs, a page of it for browsers. */
export const json: Handler<z.infer<typeof jsonInput>> = {
  input: jsonInput,
  async run({ store }, { params: { projectname }, query: { skip }, headers }) {
    if (prefersHtml(headers.accept)) return jsonPage(store, projectname, skip);
    const history = known(await store.history(parseProjectName(projectname)));
    const { project, commits } = history;
    const { name, url } = project;
    return {
      kind: 'repeatable',
      key: ['json', name, url, project.tip, project.commits],
      reply: {
        kind: 'texts',
        type: 'application/json',
        texts: () => jsonHistory({ name, url }, commits()),
      },
    };
  },
};

/** `GET /list/{projectname}`: a page of the history, newest first. */
export const list: Handler<z.infer<typeof listInput>> = {
  input: listInput,
  async run({ store }, { params: { projectname }, query: { skip } }) {
    const page = await readPage(store, '/list', projectname, skip);
    const { project, commits: rows, newer, older } = page;
    const context = { project, rows, first: skip + 1, newer, older };
    return repeatable(page, { kind: 'view', view: 'commits', context });
  },
};

async function jsonPage(store: StorePort, name: string, skip: number): Promise<RepeatableReply> {
  const page = await readPage(store, '/json', name, skip);
  const { project, commits, newer, older } = page;
  const document = { name: project.name, url: project.url, commits: commits.map(jsonCommit) };
  const context = { project, text: JSON.stringify(document, null, 2), newer, older };
  return repeatable(page, { kind: 'view', view: 'json', context });
}

interface Page extends CommitPage {
  readonly path: string;
  /** Paths of the pages beside this one; null at either end. */
  readonly newer: string | null;
  readonly older: string | null;
}

async function readPage(
  store: StorePort,
  route: '/list' | '/json',
  name: string,
  skip: number,
): Promise<Page> {
  const range = { skip, limit: pageSize };
  const page = known(await store.commits(parseProjectName(name), range));
  const { commits } = page.project;
  const path = (start: number) => `${route}/${name}${start > 0 ? `?skip=${start}` : ''}`;
  return {
    ...page,
    path: path(skip),
    newer: skip > 0 ? path(Math.max(0, Math.min(skip, commits) - pageSize)) : null,
    older: skip + pageSize < commits ? path(skip + pageSize) : null,
  };
}

function repeatable({ project, path, newer, older }: Page, view: View): RepeatableReply {
  const { url, tip, commits, defaultBranch } = project;
  const links = [
    ...(older === null ? [] : [`<${older}>; rel="next"`]),
    ...(newer === null ? [] : [`<${newer}>; rel="prev"`]),
  ];
  return {
    kind: 'repeatable',
    key: [path, url, tip, commits, defaultBranch],
    reply: { ...view, ...(links.length > 0 && { headers: { link: links.join(', ') } }) },
  };
}

/**
 * What was found of a project that has a history.
 * @throws DomainError `unknown_project`, `pending_project`
 */
function known<Found extends { readonly project: Project }>(found: Found | undefined): Found {
  if (found === undefined) {
    throw new DomainError('unknown_project', 'Nobody has added a project of that name yet.');
  }
  if (found.project.state !== 'pending') return found;
  throw new DomainError(
    'pending_project',
    'The history of this project has not arrived yet; try again shortly.',
  );
}
