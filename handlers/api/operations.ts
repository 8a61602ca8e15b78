import { z } from 'zod';
import type { Handler } from '../contract/handler.ts';
import * as schemas from './schemas.ts';
import * as commitApi from './commits.ts';
import { events, eventsInput } from './events.ts';
import * as historyApi from './stats.ts';
import * as jobs from './jobs.ts';
import * as projectApi from './projects.ts';

/** An operation of the API: its route and its part of the document are made from it. */
export interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly handler: Handler;
  readonly id: string;
  readonly summary: string;
  /** A path with its query that asks for it, and what curl is told beside that. */
  readonly example: readonly [path: string, ...options: readonly string[]];
  /** What checks the parameters. */
  readonly params?: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body?: z.ZodType;
  readonly headers?: readonly ('If-Match' | 'If-None-Match' | 'Prefer' | 'Last-Event-ID')[];
  /** What it answers where all is well, by status; null where there is no body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** The type of those answers; JSON where absent. */
  readonly type?: string;
  /** Whether its answers have links to other pages. */
  readonly paged?: true;
  /** The statuses of its problems but 500, which every operation has. */
  readonly problems: readonly number[];
}

/** Every status that an operation can have, in ascending order; what is refused before its route is known is not among them. */
export function statusesOf({ method, answers, type, problems }: Operation): readonly number[] {
  const isConditional = method === 'GET' && type === undefined;
  const statuses = [...Object.keys(answers).map(Number), ...problems, 500];
  return [...statuses, ...(isConditional ? [304] : [])].toSorted((a, b) => a - b);
}

const one = '/api/v1/projects/{name}';
const bassoon = '/api/v1/projects/bassoon';
const list = (schema: z.ZodType) => z.array(schema);

/** Every operation of the API, in the order of its document. */
export const operations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/api/v1/projects',
    id: 'listProjects',
    handler: projectApi.list,
    example: ['/api/v1/projects?state=up&q=bass&limit=10'],
    summary: 'Projects by name; q is a part of the name or url, in whichever case.',
    query: projectApi.listInput.shape.query,
    answers: { 200: list(schemas.projectSchema) },
    paged: true,
    problems: [400, 503],
  },
  {
    method: 'GET',
    path: one,
    id: 'getProject',
    handler: projectApi.one,
    example: [bassoon],
    summary: 'One project.',
    params: projectApi.oneInput.shape.params,
    query: projectApi.oneInput.shape.query,
    answers: { 200: schemas.projectSchema },
    problems: [400, 404, 503],
  },
  {
    method: 'PUT',
    path: one,
    id: 'putProject',
    handler: projectApi.put,
    example: [bassoon, `-d '{"url":"https://github.com/joaopccosta/effective-bassoon.git"}'`],
    summary:
      'Adds a project; one that is there already is answered as it is. Another url takes its place only with If-Match.',
    params: projectApi.putInput.shape.params,
    query: projectApi.putInput.shape.query,
    body: projectApi.putBody,
    headers: ['If-Match', 'If-None-Match', 'Prefer'],
    answers: { 200: schemas.projectSchema, 201: schemas.projectSchema, 202: schemas.jobSchema },
    problems: [400, 403, 409, 412, 413, 502, 503, 504],
  },
  {
    method: 'DELETE',
    path: one,
    id: 'deleteProject',
    handler: projectApi.remove,
    example: [bassoon],
    summary: 'Removes a project.',
    params: projectApi.removeInput.shape.params,
    query: projectApi.removeInput.shape.query,
    headers: ['If-Match'],
    answers: { 204: null },
    problems: [400, 403, 404, 412, 503],
  },
  {
    method: 'GET',
    path: `${one}/commits`,
    id: 'listCommits',
    handler: commitApi.list,
    example: [`${bassoon}/commits?author=Joao%20Costa&since=2019-07-01&q=readme`],
    summary:
      'Commits in the order of git log; the latest committed first where since or until is given without q and first_parent. A page has fewer than limit where its commits take a MiB, such as those of very many parents; Link leads on.',
    params: commitApi.listInput.shape.params,
    query: commitApi.listInput.shape.query,
    answers: { 200: list(schemas.commitSchema) },
    paged: true,
    problems: [400, 404, 410, 503],
  },
  {
    method: 'GET',
    path: `${one}/commits/{sha}`,
    id: 'getCommit',
    handler: commitApi.one,
    example: [`${bassoon}/commits/f0d276`],
    summary: 'All that a commit says, by its name or a beginning of it that no other commit has.',
    params: commitApi.oneInput.shape.params,
    query: commitApi.oneInput.shape.query,
    answers: { 200: schemas.wholeCommitSchema },
    problems: [400, 404, 409, 503],
  },
  {
    method: 'GET',
    path: `${one}/stats`,
    id: 'getStats',
    handler: historyApi.stats,
    example: [`${bassoon}/stats?by=month`],
    summary:
      'How often was committed, by committer date, UTC. Buckets without commits are left out; authors and gaps are of the last refresh. Commits of more than 20,000 days are a 400: narrow `from` and `to`.',
    params: historyApi.statsInput.shape.params,
    query: historyApi.statsInput.shape.query,
    answers: { 200: schemas.statsSchema },
    problems: [400, 404, 503],
  },
  {
    method: 'GET',
    path: `${one}/rewrites`,
    id: 'listRewrites',
    handler: historyApi.rewrites,
    example: [`${bassoon}/rewrites`],
    summary: 'When the history lost commits, newest first.',
    params: historyApi.rewritesInput.shape.params,
    query: historyApi.rewritesInput.shape.query,
    answers: { 200: list(schemas.rewriteSchema) },
    paged: true,
    problems: [400, 404, 503],
  },
  {
    method: 'GET',
    path: `${one}/rewrites/{newTip}/commits`,
    id: 'listLostCommits',
    handler: historyApi.lost,
    example: [`${bassoon}/rewrites/f0d276bd352db95fd5c7547b3f8f61c9368d41ec/commits`],
    summary: 'The commits that the newest rewrite that led to newTip lost, newest first.',
    params: historyApi.lostInput.shape.params,
    query: historyApi.lostInput.shape.query,
    answers: { 200: list(schemas.lostCommitSchema) },
    paged: true,
    problems: [400, 404, 503],
  },
  {
    method: 'POST',
    path: `${one}/refresh`,
    id: 'refreshProject',
    handler: jobs.refresh,
    example: [`${bassoon}/refresh`],
    summary:
      'Begins to bring a project up to date; answers the job that runs already if there is one.',
    params: jobs.refreshInput.shape.params,
    query: jobs.refreshInput.shape.query,
    answers: { 202: schemas.jobSchema },
    problems: [400, 403, 404, 503],
  },
  {
    method: 'GET',
    path: '/api/v1/jobs/{id}',
    id: 'getJob',
    handler: jobs.job,
    example: ['/api/v1/jobs/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d'],
    summary: 'How a job goes, or how it ended, as long as it is remembered.',
    params: jobs.jobInput.shape.params,
    query: jobs.jobInput.shape.query,
    answers: { 200: schemas.jobSchema },
    problems: [400, 404],
  },
  {
    method: 'GET',
    path: '/api/v1/events',
    id: 'listenToEvents',
    handler: events,
    example: ['/api/v1/events', '-N'],
    summary:
      'Server-sent events, as they happen: job (a job), tip and state (project, tip, commits and state of a project), removed (project), and refreshing (project, and whether it is being refreshed now), which is not told again to whoever comes back.',
    query: eventsInput.shape.query,
    headers: ['Last-Event-ID'],
    answers: { 200: z.string() },
    type: 'text/event-stream',
    problems: [400, 503],
  },
];
