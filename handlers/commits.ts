import { z } from 'zod';
import {
  DomainError,
  historyMoved,
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
import { linkHeader } from './link-header.ts';
import { RefusedError } from './problems.ts';
import type { Encoding, Page as View, RepeatableReply } from './reply.ts';

/** How many commits a page shows. */
export const pageSize = 100;

const params = z.object({ projectname: z.string() });
const query = z.object({ cursor: cursor.optional() });
const jsonInput = z.object({
  params,
  query: query.extend({ raw: z.string().optional() }),
  headers: z.custom<RequestHeaders>(),
});

/** `GET /json/{projectname}`: the whole history for programs, and for browsers a page of it unless they want it `?raw`. */
export const json: Handler<z.infer<typeof jsonInput>> = {
  input: jsonInput,
  async run(ports, { params: { projectname }, query: { cursor: from, raw }, headers }) {
    if (prefersHtml(headers.accept) && raw === undefined) return jsonPage(ports, projectname, from);
    const history = known(await ports.store.history(parseProjectName(projectname)));
    const { project, commits } = history;
    const { name, url } = project;
    return {
      kind: 'repeatable',
      key: ['json', name, url, project.tip, project.commits],
      reply: {
        kind: 'texts',
        type: 'application/json; charset=utf-8',
        texts: () => jsonHistory({ name, url }, commits()),
        expected: expectedBytes(project.commits),
      },
    };
  },
};

/**
 * What a history takes at least: real commits have some 300 bytes each, 80 compressed. One of very short ones may be sent
 * piece by piece though it could have been kept.
 */
function expectedBytes(commits: number): Readonly<Record<Encoding, number>> {
  return { identity: 200 * commits, gzip: 60 * commits };
}

async function jsonPage(
  ports: Ports,
  name: string,
  from: Place | undefined,
): Promise<RepeatableReply> {
  const place = await findPage(ports, '/json', name, from);
  return repeatable(place, async () => {
    const { project, newer, older } = place;
    const { url } = project;
    const commits = await place.commits();
    const text = JSON.stringify({ name, url, commits: commits.map(jsonCommit) }, null, 2);
    return { kind: 'view', view: 'json', context: { project, text, newer, older } };
  });
}

type Route = '/list' | '/json';

export interface FoundPage {
  readonly project: Project;
  /** Tells the page from all others; its link would take longer to write. */
  readonly id: string;
  /** The path of the page that begins so many commits below the newest. */
  readonly at: (skip: number) => string;
  readonly skip: number;
  readonly total: number;
  /** Paths of the pages beside this one; null at either end. */
  readonly newer: string | null;
  readonly older: string | null;
  /** Reads what it shows. */
  readonly commits: () => Promise<readonly Commit[]>;
}

/** Where the page begins that has the commit which stands so many below the newest. */
export function pageStart(skip: number): number {
  return skip - (skip % pageSize);
}

/** Paths of the pages of one tip, by how many commits below the newest they begin. */
export function pagePath(
  route: Route,
  name: string,
  { tip, commits }: Pick<Project, 'tip' | 'commits'>,
): (skip: number) => string {
  return (skip) =>
    skip > 0 && tip !== null
      ? `${route}/${name}?cursor=${writeCursor({ tip, commits, skip })}`
      : `${route}/${name}`;
}

/**
 * Finds a page without reading what it shows, which most readers need not: it is kept as bytes. It keeps to the tip of the
 * page it was linked from, so that whoever reads on misses nothing.
 */
export async function findPage(
  { store }: Ports,
  route: Route,
  name: string,
  from: Place | undefined,
): Promise<FoundPage> {
  const project = await knownProject({ store }, name);
  const { tip, commits: total, skip } = from ?? { ...project, skip: 0 };
  const path = pagePath(route, name, { tip, commits: total });
  const commits = async () => {
    if (tip === null) return [];
    const page = await store.commits(name, {
      from: { tip, commits: total, skip },
      limit: pageSize,
    });
    if (page === 'moved' && from === undefined) throw historyMoved();
    if (page === 'moved') throw new RefusedError('page_moved', { instead: `${route}/${name}` });
    return known(page).commits;
  };
  return {
    project,
    id: `${route}/${name}/${total}/${skip}/${tip}`,
    at: path,
    skip,
    total,
    newer: skip > 0 ? path(Math.max(0, skip - pageSize)) : null,
    older: skip + pageSize < total ? path(skip + pageSize) : null,
    commits,
  };
}

/** The value of a `Link` header that leads to the pages beside one; empty where there is none. */
export function linkTo({ newer, older }: Pick<FoundPage, 'newer' | 'older'>): string {
  return linkHeader([
    ...(older === null ? [] : [{ rel: 'next', target: older } as const]),
    ...(newer === null ? [] : [{ rel: 'prev', target: newer } as const]),
  ]);
}

/**
 * The answer of a page.
 * @param more what it is made from besides
 * @param link where what is beside it shows only in making it
 */
export function repeatable(
  { project, id, newer, older }: Pick<FoundPage, 'project' | 'id' | 'newer' | 'older'>,
  page: (signal: AbortSignal) => Promise<View>,
  more: readonly unknown[] = [],
  link?: (signal: AbortSignal) => Promise<string>,
): RepeatableReply {
  const { url, tip, commits, defaultBranch } = project;
  const beside = linkTo({ newer, older });
  return {
    kind: 'repeatable',
    key: [id, url, tip, commits, defaultBranch, ...more],
    reply: {
      kind: 'page',
      page,
      ...(link && { link }),
      ...(beside !== '' && { headers: { link: beside } }),
    },
  };
}

/**
 * A project that has a history.
 * @throws DomainError `bad_name`, `unknown_project`, `pending_project`
 */
export async function knownProject(
  { store }: Pick<Ports, 'store'>,
  name: string,
): Promise<Project> {
  const project = await store.project(parseProjectName(name));
  return known(project && { project }).project;
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
