import type { FetchFailure } from '../../domain/errors.ts';
import type { GitEnd } from './run-git.ts';
import type { Conversation } from './trace.ts';

/** What was observed of a fetch that failed. */
interface Evidence {
  readonly url: string;
  readonly end: GitEnd;
  readonly trace: Conversation;
  /** What is known to have gone wrong outside git, by the proxy or on this machine. */
  readonly externalFailure: FetchFailure | undefined;
}

/**
 * Names the outcome of a failed fetch from what was observed on the way, never from git's own words: those change
 * with version and language, and the remote can write into them.
 */
export function classify({ url, end, trace, externalFailure }: Evidence): FetchFailure {
  if (externalFailure !== undefined) return externalFailure;
  if (trace.unasked) return 'protocol';
  if (end.killedBy !== undefined) return 'internal';
  const { status, asked } = trace;
  // There was a connection, or the proxy had seen a failure; if no request could be sent, TLS was in the way.
  if (!asked && (trace.tunnelled || url.startsWith('https:'))) return 'tls';
  if (status === 401 || status === 403) return 'auth';
  if (status === 404 || status === 410) return 'not_found';
  if (status === 429 || (status !== undefined && status >= 500)) return 'unavailable';
  return 'protocol';
}
