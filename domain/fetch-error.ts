import { DomainError, sentences, type FetchFailure } from './errors.ts';

/**
 * The error of a failed fetch, with one sentence for whoever asked: what went wrong and what to do.
 * @param cause what the log may say beyond that, such as git's own words
 * @param retryAfterSeconds for how long the remote asked to be left alone
 */
export function fetchError(
  failure: FetchFailure,
  cause?: unknown,
  retryAfterSeconds?: number,
): DomainError {
  return new DomainError(failure, sentences[failure], { cause, retryAfterSeconds });
}
