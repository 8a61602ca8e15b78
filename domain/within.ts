import { DomainError } from './errors.ts';
import { explainFailure } from './explain-failure.ts';

/**
 * Runs work whose signal aborts when `ended` does or the time is over.
 * @param seconds no limit when undefined
 * @throws DomainError `timeout` where the time was over
 */
export async function within<Result>(
  seconds: number | undefined,
  ended: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (seconds === undefined) return work(ended);
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DomainError('timeout', explainFailure('timeout'))),
    seconds * 1000,
  );
  try {
    return await work(AbortSignal.any([ended, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}
