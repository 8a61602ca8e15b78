import { z } from 'zod';
import { DomainError, isFetchFailure, type ErrorCode, type FetchFailure } from '../domain/index.ts';
import { json, type Reply } from './reply.ts';

type Refusal =
  | 'bad_request'
  | 'body_too_large'
  | 'cross_origin'
  | 'foreign_host'
  | 'no_room'
  | 'no_such_page'
  | 'no_token'
  | 'page_moved'
  | 'stopping'
  | 'too_many_writes';

/** What is refused whatever the use-cases say. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: Refusal;
  /** Path of a page that can be read instead. */
  readonly instead: string | null;
  /** When to try again, if that helps. */
  readonly retrySeconds: number | null;

  constructor(code: Refusal, instead: string | null = null, retrySeconds: number | null = null) {
    super(sentences[code]);
    this.code = code;
    this.instead = instead;
    this.retrySeconds = retrySeconds;
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
}

/** The status and title of every code: the one place where they are chosen. */
const table: Readonly<Record<ProblemCode, readonly [number, string]>> = {
  bad_name: [400, 'Not a project name'],
  bad_url: [400, 'Not a repository url'],
  too_many_projects: [400, 'Too many projects'],
  unknown_project: [404, 'No such project'],
  pending_project: [404, 'No history yet'],
  busy: [503, 'Too busy'],
  store_unavailable: [503, 'Data not available'],
  history_moved: [503, 'History has changed'],

  // Published dashboards count a failed request as 400, 404 or 500, so a remote's failure is no 502 or 504.
  dns: [500, 'Host not known'],
  connect: [500, 'No connection'],
  tls: [500, 'No secure connection'],
  auth: [500, 'Repository not public'],
  not_found: [500, 'No repository there'],
  unavailable: [500, 'Host not available'],
  timeout: [500, 'Took too long'],
  too_large: [500, 'Repository too large'],
  blocked: [500, 'Address not allowed'],
  protocol: [500, 'Not a git server'],
  internal: [500, 'Could not run git'],

  bad_request: [400, 'Bad request'],
  body_too_large: [400, 'Body too large'],
  cross_origin: [403, 'Refused to another site'],
  foreign_host: [403, 'Unknown host name'],
  no_room: [503, 'Disk almost full'],
  no_such_page: [404, 'No such page'],
  no_token: [401, 'Not allowed without a token'],
  page_moved: [410, 'History has changed'],
  stopping: [503, 'Stopping'],
  too_many_writes: [429, 'Too many changes'],
  unexpected: [500, 'Something went wrong'],
};

const sentences: Readonly<Record<Refusal, string>> = {
  bad_request: 'The request is not one this server understands; check how it is written.',
  body_too_large: 'A body has at most 8 KiB; send nothing but the url.',
  cross_origin:
    'A page of another site may not change anything here; use the pages of this server or a program.',
  foreign_host:
    'This server is not known by the name in the Host header; use its address, or add the name to ALLOWED_HOSTS.',
  no_room:
    'The disk of this server is almost full, so nothing is added; free some of it, or lower MIN_FREE_DISK_BYTES.',
  no_token:
    'This takes a token of this server: a program sends it as Authorization: Bearer, a browser logs in at /login.',
  page_moved:
    'The history has been rewritten since that page was linked; begin again with its first page.',
  stopping: 'The server is about to end; try again shortly.',
  too_many_writes:
    'You have changed too much within a minute; wait for as long as Retry-After says.',
  no_such_page: 'There is nothing under this address; the projects are listed at /.',
};

const fault =
  'This is a fault of the server; its log says more under the X-Request-Id of this answer.';

/** How long a client that is answered 503 had better wait, in seconds. */
const retrySeconds = 5;

/** The problem behind whatever was thrown. Only expected errors speak for themselves; others stay in the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof DomainError) return problem(error.code, error.message);
  if (error instanceof RefusedError) return problem(error.code, error.message, error.instead);
  if (error instanceof z.ZodError) {
    return problem('bad_request', error.issues.map(({ message }) => message).join(' '));
  }
  return problem('unexpected', fault);
}

function problem(code: ProblemCode, detail: string, instead: string | null = null): Problem {
  const [status, title] = table[code];
  return { code, status, title, detail, instead };
}

/** The answer to whatever was thrown: a page for browsers, `application/problem+json` for programs. */
export function problemReply(cause: unknown, toBrowser: boolean): Reply {
  const { code, status, title, detail, instead } = problemOf(cause);
  const asked = cause instanceof RefusedError ? cause.retrySeconds : null;
  const wait = asked ?? (status === 503 ? retrySeconds : null);
  const headers = {
    vary: 'accept',
    ...(wait !== null && { 'retry-after': String(wait) }),
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(instead !== null && { link: `<${instead}>; rel="first"` }),
  };
  if (toBrowser) {
    const context = { status, title, detail, instead };
    return { kind: 'view', view: 'problem', context, status, headers, cause };
  }
  const outcome: { outcome?: FetchFailure } = isFetchFailure(code) ? { outcome: code } : {};
  const body = { type: `/problems/${code}`, title, status, detail, ...outcome };
  return json(body, { type: 'application/problem+json', status, headers, cause });
}
