import { DomainError, isFetchFailure, type FetchFailure } from '../errors.ts';

/** Whether work ended because nobody waited for it any more, which says nothing about the remote. */
export function isAbandoned({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof DomainError);
}

/** Whether the process that runs git is not there, which says nothing about the remote either. */
export function isGitGone(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'git_unavailable';
}

/** As what a failure is counted and kept. */
export function failureOf(error: unknown): FetchFailure {
  return error instanceof DomainError && isFetchFailure(error.code) ? error.code : 'internal';
}
