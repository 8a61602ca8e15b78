import { fetchError } from '../fetch-error.ts';

/**
 * Runs work whose signal aborts when `ended` does or the time is over.
 * @param seconds no limit when undefined
 * @throws DomainError `timeout` where the time was over
 */
export async function withTimeout<Result>(
  seconds: number | undefined,
  ended: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  const timer =
    seconds === undefined
      ? undefined
      : setTimeout(() => late.abort(fetchError('timeout')), seconds * 1000);
  try {
    return await work(AbortSignal.any([late.signal, ...(ended ? [ended] : [])]));
  } finally {
    clearTimeout(timer);
  }
}
