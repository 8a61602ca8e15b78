import { z } from 'zod';
import {
  DomainError,
  parseProjectName,
  type Commit,
  type Place,
  type Ports,
  type Project,
} from '../domain/index.ts';
import { prefersHtml } from './accept.ts';
import { cursor, writeCursor } from './cursor.ts';
import type { Handler, RequestHeaders } from './handler.ts';
import { jsonCommit, jsonHistory } from './json-history.ts';
import { RefusedError } from './problems.ts';
import type { Page as View, RepeatableReply } from './reply.ts';

/** How many commits a page shows. */
const pageSize = 100;

const params = z.object({ projectname: z.string() });
const query = z.object({ cursor: cursor.optional() });
const listInput = z.object({ params, query });
const jsonInput = z.object({ params, query, headers: z.custom<RequestHeaders>() });

/** `GET /json/{projectname}`: the whole history for programs, a page of it for browsers. */
export const json: Handler<z.infer<typeof jsonInput>> = {
  input: jsonInput,
  async run(ports, { params: { projectname }, query: { cursor: from }, headers }) {
    if (prefersHtml(headers.accept)) return jsonPage(ports, projectname, from);
    const history = known(await ports.store.history(parseProjectName(projectname)));
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
  async run(ports, { params: { projectname }, query: { cursor: from } }) {
    const page = await readPage(ports, '/list', projectname, from);
    const { project, commits: rows, total, skip, newer, older } = page;
    const context = { project, rows, first: skip + 1, total, newer, older };
    return repeatable(page, { kind: 'view', view: 'commits', context });
  },
};

async function jsonPage(
  ports: Ports,
  name: string,
  from: Place | undefined,
): Promise<RepeatableReply> {
  const page = await readPage(ports, '/json', name, from);
  const { project, commits, newer, older } = page;
  const document = { name: project.name, url: project.url, commits: commits.map(jsonCommit) };
  const context = { project, text: JSON.stringify(document, null, 2), newer, older };
  return repeatable(page, { kind: 'view', view: 'json', context });
}

interface ShownPage {
  readonly project: Project;
  readonly commits: readonly Commit[];
  /** Where the page is, and of what. */
  readonly path: string;
  readonly skip: number;
  readonly total: number;
  /** Paths of the pages beside this one; null at either end. */
  readonly newer: string | null;
  readonly older: string | null;
}

/** A page keeps to the tip of the page it was linked from, so that whoever reads on misses nothing. */
async function readPage(
  { store }: Ports,
  route: '/list' | '/json',
  name: string,
  from: Place | undefined,
): Promise<ShownPage> {
  const range = { ...(from && { from }), limit: pageSize };
  const page = await store.commits(parseProjectName(name), range);
  if (page === 'moved') throw new RefusedError('page_moved', `${route}/${name}`);
  const { project, commits } = known(page);
  const { tip, commits: total, skip } = from ?? { ...project, skip: 0 };
  const path = (start: number) =>
    start > 0 && tip !== null
      ? `${route}/${name}?cursor=${writeCursor({ tip, commits: total, skip: start })}`
      : `${route}/${name}`;
  return {
    project,
    commits,
    path: path(skip),
    skip,
    total,
    newer: skip > 0 ? path(Math.max(0, skip - pageSize)) : null,
    older: skip + pageSize < total ? path(skip + pageSize) : null,
  };
}

function repeatable({ project, path, newer, older }: ShownPage, view: View): RepeatableReply {
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
export function known<Found extends { readonly project: Project }>(
  found: Found | undefined,
): Found {
  if (found === undefined) {
    throw new DomainError('unknown_project', 'Nobody has added a project of that name yet.');
  }
  if (found.project.state !== 'pending') return found;
  throw new DomainError(
    'pending_project',
    'The history of this project has not arrived yet; try again shortly.',
  );
}
