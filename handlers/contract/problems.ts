import { z } from 'zod';
import { DomainError, maxCountedDays, type ErrorCode, type Project } from '../../domain/index.ts';

type Refusal =
  | 'bad_request'
  | 'body_too_large'
  | 'cross_origin'
  | 'foreign_host'
  | 'method_not_allowed'
  | 'no_such_page'
  | 'no_token'
  | 'page_moved'
  | 'stopping'
  | 'too_many_days'
  | 'too_many_writes'
  | 'too_many_connections'
  | 'too_many_long_lived'
  | 'too_many_of_client'
  | 'other_url'
  | 'precondition_failed'
  | 'ambiguous_commit'
  | 'unknown_commit'
  | 'unknown_rewrite'
  | 'unknown_job';

/** What a client can do about a refusal, where there is something. */
interface WayOut {
  /** Path of a page that can be read instead. */
  readonly instead?: string;
  /** When to try again. */
  readonly retrySeconds?: number;
  /** The methods that work. */
  readonly allow?: readonly string[];
}

/** What is refused whatever the use-cases say. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: Refusal;
  readonly wayOut: WayOut;

  constructor(code: Refusal, wayOut: WayOut = {}) {
    super(sentences[code]);
    this.code = code;
    this.wayOut = wayOut;
  }
}

type ProblemCode = ErrorCode | Refusal | 'unexpected';

/** An error as a client is told of it (RFC 9457). */
export interface Problem {
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Path of a page that can be read instead. */
  readonly instead: string | null;
  /** Names of projects that may have been meant. */
  readonly near: readonly string[];
}

/**
 * The status and title of every code, and the status under /api/v1 where that is another: the one place where they are
 * chosen. Published dashboards count a failed request of the older routes as 400, 404 or 500, so there a remote's failure
 * is no 502 or 504.
 */
const table: Readonly<Record<ProblemCode, readonly [number, string, number?]>> = {
  bad_name: [400, 'Not a project name'],
  bad_url: [400, 'Not a repository url'],
  too_many_projects: [400, 'Too many projects', 409],
  unknown_project: [404, 'No such project'],
  pending_project: [404, 'No history yet'],
  busy: [503, 'Too busy'],
  store_unavailable: [503, 'Data not available'],
  no_room: [503, 'Disk almost full'],
  history_moved: [503, 'History has changed'],

  dns: [500, 'Host not known', 502],
  connect: [500, 'No connection', 502],
  tls: [500, 'No secure connection', 502],
  auth: [500, 'Repository not public', 502],
  not_found: [500, 'No repository there', 502],
  unavailable: [500, 'Host not available', 502],
  timeout: [500, 'Took too long', 504],
  too_large: [500, 'Repository too large', 502],
  blocked: [500, 'Address not allowed', 403],
  protocol: [500, 'Not a git server', 502],
  internal: [500, 'Could not run git'],

  bad_request: [400, 'Bad request'],
  body_too_large: [400, 'Body too large', 413],
  cross_origin: [403, 'Refused to another site'],
  foreign_host: [403, 'Unknown host name'],
  git_unavailable: [503, 'Git not available'],
  method_not_allowed: [405, 'Not possible with that method'],
  no_such_page: [404, 'No such page'],
  no_token: [401, 'Not allowed without a token'],
  page_moved: [410, 'History has changed'],
  stopping: [503, 'Stopping'],
  other_url: [409, 'Another url has that name'],
  precondition_failed: [412, 'Project has changed'],
  ambiguous_commit: [409, 'Several commits'],
  unknown_commit: [404, 'No such commit'],
  unknown_rewrite: [404, 'No such rewrite'],
  unknown_job: [404, 'No such job'],
  too_many_days: [400, 'Too many days'],
  too_many_writes: [429, 'Too many changes'],
  too_many_connections: [503, 'Too busy'],
  too_many_long_lived: [503, 'Too busy'],
  too_many_of_client: [503, 'Too busy'],
  unexpected: [500, 'Something went wrong'],
};

const sentences: Readonly<Record<Refusal, string>> = {
  bad_request: 'The request is not one this server understands; check how it is written.',
  body_too_large: 'A body has at most 8 KiB; send nothing but the url.',
  cross_origin:
    'A page of another site may not change anything here; use the pages of this server or a program.',
  foreign_host:
    'This server is not known by the name in the Host header; use its address, or add the name to ALLOWED_HOSTS.',
  method_not_allowed: 'There is something under this address, but not for that method; see Allow.',
  no_token:
    'This takes a token of this server: a program sends it as Authorization: Bearer, a browser logs in at /login.',
  page_moved:
    'The history has been rewritten since that page was linked; begin again with its first page.',
  stopping: 'The server is about to end; try again shortly.',
  other_url: 'The name stands for another url; send If-Match with its ETag or * to replace it.',
  precondition_failed:
    'The project is not what If-Match or If-None-Match says; read it again and decide anew.',
  ambiguous_commit: 'The names of several commits begin so; give more digits.',
  unknown_commit: 'The history has no commit whose name begins so.',
  unknown_rewrite: 'No rewrite of this history led to that tip.',
  unknown_job: 'There is no such job, or it ended so long ago that it has been forgotten.',
  too_many_days: `The commits are of more than ${maxCountedDays} days; narrow from and to.`,
  too_many_writes:
    'You have changed too much within a minute; wait for as long as Retry-After says.',
  too_many_connections:
    'All connections of this server, or the half that one address may have, are taken; wait for as long as Retry-After says, or raise MAX_CONNECTIONS.',
  too_many_long_lived:
    'Half of the connections of this server are taken by what lasts: events, long answers or changes; wait for as long as Retry-After says, or raise MAX_CONNECTIONS.',
  too_many_of_client:
    'Your address has its share of what lasts, events, long answers or changes; end some, or wait for as long as Retry-After says.',
  no_such_page: 'There is nothing under this address; the projects are listed at /.',
};

const fault =
  'This is a fault of the server; its log says more under the X-Request-Id of this answer.';

/** How long a client that is answered 503 had better wait, in seconds. */
const shortWhile = 5;

/** The problem behind whatever was thrown. Only expected errors speak for themselves; others stay in the log. */
export function problemOf(error: unknown, isApi = false): Problem {
  if (error instanceof DomainError) {
    return { ...problem(isApi, error.code, error.message), near: error.near };
  }
  if (error instanceof RefusedError) {
    const { instead = null } = error.wayOut;
    return { ...problem(isApi, error.code, error.message), instead };
  }
  if (error instanceof z.ZodError) {
    const detail = error.issues.map(({ message }) => message).join(' ');
    return problem(isApi, 'bad_request', detail);
  }
  return problem(isApi, 'unexpected', fault);
}

/** What went wrong, in a few words. */
export function titleOf(code: ProblemCode): string {
  const [, title] = table[code];
  return title;
}

/** What went wrong the last time, in a few words. */
export function lastTrouble({ lastOutcome }: Pick<Project, 'lastOutcome'>): string | null {
  return lastOutcome === null || lastOutcome === 'ok' ? null : titleOf(lastOutcome).toLowerCase();
}

function problem(isApi: boolean, code: ProblemCode, detail: string): Problem {
  const [status, title, apiStatus = status] = table[code];
  return { code, status: isApi ? apiStatus : status, title, detail, instead: null, near: [] };
}

/** How long to wait before trying again, in seconds, where that helps. */
export function retrySeconds(cause: unknown, status: number): number | null {
  const seconds = cause instanceof RefusedError ? cause.wayOut.retrySeconds : undefined;
  return seconds ?? (status === 503 ? shortWhile : null);
}

/** The header that says when to try again, where that helps. */
export function retryAfter(cause: unknown, status: number): Readonly<Record<string, string>> {
  const wait = retrySeconds(cause, status);
  return wait === null ? {} : { 'retry-after': String(wait) };
}
