import type { FetchFailure } from '../../domain/errors.ts';
import type { EgressFailure } from '../egress/pass.ts';
import type { GitEnd } from './run-git.ts';
import type { Conversation } from './trace.ts';

/**
 * Names the outcome of a failed fetch from what was observed on the way, never from git's own words: those change
 * with version and language, and the remote can write into them.
 */
export function classify(
  end: GitEnd,
  conversation: Conversation,
  witness: EgressFailure | undefined,
): FetchFailure {
  if (witness !== undefined) return witness;
  if (end.killedBy !== undefined) return 'internal';
  if (conversation.silentTunnel) return 'tls';
  const { status, responses } = conversation;
  if (responses === 0) return 'protocol';
  if (status === 401 || status === 403) return 'auth';
  if (status === 404 || status === 410) return 'not_found';
  if (status === 429 || (status !== undefined && status >= 500)) return 'unavailable';
  return 'protocol';
}
