import type { Job, Progress } from '../../domain/index.ts';
import type { JobsPort, Ports } from './ports.ts';
import { RefusedError } from './problems.ts';

/** How long a form is waited for before a page shows how it goes, in milliseconds. */
const patience = 4000;

export type Work<Result> = (
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
) => Promise<Result>;

/**
 * Does work in a job for a form, and waits a little for its end.
 * @returns what came of it, or the job that still runs
 * @throws whatever the work threw meanwhile, RefusedError `stopping` where the server has ended it
 */
export async function runAsJob<Result>(
  { jobs }: Pick<Ports, 'jobs'>,
  wanted: Parameters<JobsPort['begin']>[0],
  work: Work<Result>,
): Promise<{ readonly job: Job; readonly result?: Result }> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  promise.catch(() => {});
  let isOurs = false;
  const job = jobs.begin(wanted, async (signal, onProgress) => {
    isOurs = true;
    try {
      resolve(await work(signal, onProgress));
    } catch (error) {
      reject(signal.aborted ? new RefusedError('stopping') : error);
      throw error;
    }
  });
  // Another one had begun it, and its end is not told here.
  if (!isOurs) return { job };
  const { promise: late, resolve: tooLate } = Promise.withResolvers<undefined>();
  const timer = setTimeout(tooLate, patience, undefined);
  try {
    const result = await Promise.race([promise, late]);
    return result === undefined ? { job } : { job, result };
  } finally {
    clearTimeout(timer);
  }
}
