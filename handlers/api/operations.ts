import { z } from 'zod';
import * as schemas from './schemas.ts';
import * as commitApi from './commits.ts';
import { eventsInput } from './events.ts';
import * as historyApi from './stats.ts';
import * as jobs from './jobs.ts';
import * as projectApi from './projects.ts';

/** What is known of an operation of the API beyond its path. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  readonly path: string;
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
  readonly answers: Readonly<Record<string, z.ZodType | null>>;
  /** The type of those answers. */
  readonly type?: string;
  /** Whether its answers have links to other pages. */
  readonly paged?: true;
  /** The statuses of its problems. */
  readonly problems: readonly number[];
}

const one = '/api/v1/projects/{name}';
const bassoon = '/api/v1/projects/bassoon';
const list = (schema: z.ZodType) => z.array(schema);

/** Every operation of the API, in the order of its document. */
export const operations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/projects',
    id: 'listProjects',
    example: ['/api/v1/projects?state=up&q=bass&limit=10'],
    summary: 'Projects by name; q is a part of the name or url, in whichever case.',
    query: projectApi.listInput.shape.query,
    answers: { 200: list(schemas.projectSchema) },
    paged: true,
    problems: [400, 503],
  },
  {
    method: 'get',
    path: one,
    id: 'getProject',
    example: [bassoon],
    summary: 'One project.',
    params: projectApi.oneInput.shape.params,
    query: projectApi.oneInput.shape.query,
    answers: { 200: schemas.projectSchema },
    problems: [400, 404, 503],
  },
  {
    method: 'put',
    path: one,
    id: 'putProject',
    example: [bassoon, `-d '{"url":"https://github.com/joaopccosta/effective-bassoon.git"}'`],
    summary:
      'Adds a project; one that is there already is answered as it is. Another url takes its place only with If-Match.',
    params: projectApi.putInput.shape.params,
    query: projectApi.putInput.shape.query,
    body: projectApi.putBody,
    headers: ['If-Match', 'If-None-Match', 'Prefer'],
    answers: { 200: schemas.projectSchema, 201: schemas.projectSchema, 202: schemas.jobSchema },
    problems: [400, 403, 409, 412, 413, 500, 502, 503, 504],
  },
  {
    method: 'delete',
    path: one,
    id: 'deleteProject',
    example: [bassoon],
    summary: 'Removes a project.',
    params: projectApi.removeInput.shape.params,
    query: projectApi.removeInput.shape.query,
    headers: ['If-Match'],
    answers: { 204: null },
    problems: [400, 403, 404, 412, 503],
  },
  {
    method: 'get',
    path: `${one}/commits`,
    id: 'listCommits',
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
    method: 'get',
    path: `${one}/commits/{sha}`,
    id: 'getCommit',
    example: [`${bassoon}/commits/f0d276`],
    summary: 'All that a commit says, by its name or a beginning of it that no other commit has.',
    params: commitApi.oneInput.shape.params,
    query: commitApi.oneInput.shape.query,
    answers: { 200: schemas.wholeCommitSchema },
    problems: [400, 404, 409, 503],
  },
  {
    method: 'get',
    path: `${one}/stats`,
    id: 'getStats',
    example: [`${bassoon}/stats?by=month`],
    summary:
      'How often was committed, by committer date, UTC. Buckets without commits are left out; authors and gaps are of the last refresh. Commits of more than 20,000 days are a 400: narrow `from` and `to`.',
    params: historyApi.statsInput.shape.params,
    query: historyApi.statsInput.shape.query,
    answers: { 200: schemas.statsSchema },
    problems: [400, 404, 503],
  },
  {
    method: 'get',
    path: `${one}/rewrites`,
    id: 'listRewrites',
    example: [`${bassoon}/rewrites`],
    summary: 'When the history lost commits, newest first.',
    params: historyApi.rewritesInput.shape.params,
    query: historyApi.rewritesInput.shape.query,
    answers: { 200: list(schemas.rewriteSchema) },
    paged: true,
    problems: [400, 404, 503],
  },
  {
    method: 'get',
    path: `${one}/rewrites/{newTip}/commits`,
    id: 'listLostCommits',
    example: [`${bassoon}/rewrites/f0d276bd352db95fd5c7547b3f8f61c9368d41ec/commits`],
    summary: 'The commits that the newest rewrite that led to newTip lost, newest first.',
    params: historyApi.lostInput.shape.params,
    query: historyApi.lostInput.shape.query,
    answers: { 200: list(schemas.lostCommitSchema) },
    paged: true,
    problems: [400, 404, 503],
  },
  {
    method: 'post',
    path: `${one}/refresh`,
    id: 'refreshProject',
    example: [`${bassoon}/refresh`],
    summary:
      'Begins to bring a project up to date; answers the job that runs already if there is one.',
    params: jobs.refreshInput.shape.params,
    query: jobs.refreshInput.shape.query,
    answers: { 202: schemas.jobSchema },
    problems: [400, 403, 404, 503],
  },
  {
    method: 'get',
    path: '/api/v1/jobs/{id}',
    id: 'getJob',
    example: ['/api/v1/jobs/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d'],
    summary: 'How a job goes, or how it ended, as long as it is remembered.',
    params: jobs.jobInput.shape.params,
    query: jobs.jobInput.shape.query,
    answers: { 200: schemas.jobSchema },
    problems: [400, 404],
  },
  {
    method: 'get',
    path: '/api/v1/events',
    id: 'listenToEvents',
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
