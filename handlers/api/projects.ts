import { z } from 'zod';
import {
  DomainError,
  parseProjectName,
  parseRepositoryUrl,
  removeProject,
  type Project,
} from '../../domain/index.ts';
import {
  cursorSchema,
  limit,
  pageLinks,
  projectName,
  queryOf,
  textParameter,
  enumParameter,
  encodeCursor,
} from './query.ts';
import { seconds, type projectSchema } from './schemas.ts';
import { requireProject } from '../contract/find-project.ts';
import { addAsync, startAdd } from '../contract/start-add.ts';
import type { RequestContext, Handler, RequestHeaders } from '../contract/handler.ts';
import { prefersAsync } from '../http/prefer.ts';
import { RefusedError } from '../contract/problems.ts';
import { json, repeatableJson, type CacheableReply, type Reply } from '../contract/reply.ts';
import { etagOf, matches } from '../contract/cacheable-reply.ts';

/** A project as the API shows it. */
function jsonProject(project: Project): z.output<typeof projectSchema> {
  const { name, url, state, tip, commits, defaultBranch, lastOutcome } = project;
  return {
    name,
    url,
    host: new URL(url).host,
    state,
    tip,
    commits,
    defaultBranch,
    addedAt: seconds(project.addedAt),
    lastAttemptAt: seconds(project.lastAttemptAt),
    lastSuccessAt: seconds(project.lastSuccessAt),
    nextRefreshAt: project.nextRefreshAt === 0 ? null : seconds(project.nextRefreshAt),
    lastOutcome,
    headCommittedAt: project.tipCommittedAt,
  };
}

const listQuery = queryOf({
  q: textParameter('q').optional(),
  state: enumParameter('state', ['up', 'failing', 'pending']).optional(),
  limit,
  cursor: cursorSchema(z.tuple([z.string(), z.enum(['after', 'before'])])).optional(),
});
export const listInput = z.object({ query: listQuery });

/** `GET /api/v1/projects`: projects by name, those whose name or url holds `q` in whichever case. */
export const list: Handler<z.infer<typeof listInput>> = {
  input: listInput,
  async run({ store }, { query }) {
    const all = await store.projects();
    const { q, state, limit: size, cursor } = query;
    const wanted = q?.toLowerCase();
    const found = all.filter(
      (project) =>
        (state === undefined || project.state === state) &&
        (wanted === undefined ||
          project.name.toLowerCase().includes(wanted) ||
          project.url.toLowerCase().includes(wanted)),
    );
    const start = startOf(found, size, cursor);
    const page = found.slice(start, start + size);
    const edge = (project: Project | undefined, side: string) =>
      project === undefined ? null : encodeCursor([project.name, side]);
    const link = pageLinks(
      '/api/v1/projects',
      { q, state, limit: size },
      {
        next: start + size < found.length ? edge(page.at(-1), 'after') : null,
        prev: start > 0 ? edge(page[0], 'before') : null,
      },
    );
    const isWhole = q === undefined && state === undefined;
    const shown = page.map(jsonProject);
    return repeatableJson(['projects', link, all.length, shown], () => shown, {
      link,
      ...(isWhole && { 'x-total-count': String(all.length) }),
    });
  },
};

function startOf(
  found: readonly Project[],
  size: number,
  cursor: readonly [string, 'after' | 'before'] | undefined,
): number {
  if (cursor === undefined) return 0;
  const [name, side] = cursor;
  const before = found.filter((project) => project.name < name).length;
  if (side === 'before') return Math.max(0, before - size);
  return found[before]?.name === name ? before + 1 : before;
}

const params = z.object({ name: projectName });
const headers = z.custom<RequestHeaders>();
const noQuery = queryOf({});
export const oneInput = z.object({ params, query: noQuery });

/** `GET /api/v1/projects/{name}`. */
export const one: Handler<z.infer<typeof oneInput>> = {
  input: oneInput,
  async run(ports, { params: { name } }) {
    return representation(await requireProject(ports, name));
  },
};

function representation(project: Project): CacheableReply {
  const shown = jsonProject(project);
  return repeatableJson(keyOf(project), () => shown);
}

const keyOf = (project: Project) => ['project', jsonProject(project)];

/** @throws RefusedError `precondition_failed` where the request was made for another state than the project is in */
function checkConditions(
  project: Project | undefined,
  sent: RequestHeaders,
  version: string,
): void {
  const expected = sent['if-match'];
  const isExpected =
    expected === undefined || (project !== undefined && matches(expected, keyOf(project), version));
  const isRefused = sent['if-none-match']?.trim() === '*' && project !== undefined;
  if (!isExpected || isRefused) throw new RefusedError('precondition_failed');
}

export const putBody = z.strictObject({
  url: z.string().meta({ pattern: '^[Hh][Tt][Tt][Pp][Ss]?://', maxLength: 2048 }),
});
export const putInput = z.object({ params, query: noQuery, headers, body: z.string() });

/** `PUT /api/v1/projects/{name}`: brings a repository in under a name. One that is there already is not fetched again. */
export const put: Handler<z.infer<typeof putInput>> = {
  input: putInput,
  async run(ports, { params: { name }, body, headers: sent }, call) {
    if (call.draining === true) throw new RefusedError('stopping');
    const known = await ports.store.project(parseProjectName(name));
    const url = parseRepositoryUrl(readBody(body));
    checkConditions(known, sent, call.version);
    if (known !== undefined && known.url !== url && sent['if-match'] === undefined) {
      throw new RefusedError('other_url');
    }
    if (known?.url === url && known.state !== 'pending') return written(known, 200, call);
    if (prefersAsync(sent)) return addAsync(ports, { name, url }, call);
    const project = await startAdd(ports, { name, url }, call);
    return written(project, known === undefined ? 201 : 200, call);
  },
};

/** What GET of the project answers, ETag included, as Content-Location says: whoever has put it need not ask for that. */
function written(
  project: Project,
  status: 200 | 201,
  { version }: Pick<RequestContext, 'version'>,
): Reply {
  const location = `/api/v1/projects/${project.name}`;
  return json(jsonProject(project), {
    status,
    headers: {
      etag: etagOf(keyOf(project), version),
      'content-location': location,
      ...(status === 201 && { location }),
    },
  });
}

function readBody(body: string): string {
  try {
    return putBody.parse(JSON.parse(body)).url;
  } catch (cause) {
    const rule = 'The body is JSON of the form {"url": "https://…"}.';
    throw new DomainError('bad_url', rule, { cause });
  }
}

export const removeInput = z.object({ params, query: noQuery, headers });

/** `DELETE /api/v1/projects/{name}`: removes a project. */
export const remove: Handler<z.infer<typeof removeInput>> = {
  input: removeInput,
  async run(ports, { params: wanted, headers: sent }, { version }) {
    const project = await requireProject(ports, wanted.name);
    checkConditions(project, sent, version);
    await removeProject(ports, wanted);
    return { kind: 'empty', status: 204 };
  },
};
