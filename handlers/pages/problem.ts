import { isFetchFailure, type FetchFailure } from '../../domain/index.ts';
import { problemOf, RefusedError, retryAfter, retrySeconds } from '../contract/problems.ts';
import { json, type HostReply } from '../contract/reply.ts';
import { view } from './view.ts';

/** What the page of a problem shows. */
interface ProblemView {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly instead: string | null;
  /** Path of the form that asks for a token, where it takes one. */
  readonly login: string | null;
  /** Names of projects that may have been meant. */
  readonly near: readonly string[];
  /** When to try again, in seconds, where that helps. */
  readonly wait: number | null;
  /** By which the log knows of a fault. */
  readonly requestId: string | null;
}

const problemPage = view<ProblemView>('problem');

const api = '/api/v1/';

/** Where to go on after logging in: what is sent to some paths cannot be sent again. */
function returnTo(path: string): string {
  return /^\/(?:add|refresh)(?:\/|$)/.test(path) ? '/' : path;
}

/** The request that was answered with a problem. */
interface Asked {
  readonly path: string;
  readonly prefersPage: boolean;
  /** By which the log knows it. */
  readonly id: string;
}

/** The answer to whatever was thrown: a page for browsers, `application/problem+json` for programs and from all of the API. */
export function problemReply(cause: unknown, { path, prefersPage, id }: Asked): HostReply {
  const isApi = path.startsWith(api);
  const { code, status, title, detail, instead, near } = problemOf(cause, isApi);
  const toBrowser = prefersPage && !isApi;
  const { allow } = cause instanceof RefusedError ? cause.wayOut : {};
  const wait = retrySeconds(cause, status);
  const headers = {
    vary: 'accept',
    ...retryAfter(cause, status),
    ...(allow !== undefined && { allow: allow.join(', ') }),
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(instead !== null && { link: `<${instead}>; rel="first"` }),
  };
  if (toBrowser) {
    const login = status === 401 ? `/login?to=${encodeURIComponent(returnTo(path))}` : null;
    const requestId = code === 'unexpected' ? id : null;
    const context = { status, title, detail, instead, login, near, wait, requestId };
    return { ...problemPage(context), status, headers, cause };
  }
  const outcome: { outcome?: FetchFailure } = isFetchFailure(code) ? { outcome: code } : {};
  const body = { type: `/problems/${code}`, title, status, detail, ...outcome };
  return json(body, { type: 'application/problem+json', status, headers, cause });
}
