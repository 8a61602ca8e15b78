import type { Commit } from '../../domain/commit.ts';
import { fetchError } from '../../domain/fetch-error.ts';
import type { GitPort } from '../../domain/ports/git-port.ts';
import type { LogMethods } from './git-worker-api.ts';

interface OpenLog {
  readonly batches: AsyncIterator<readonly Commit[]>;
  readonly aborting: AbortController;
}

/** The worker's side of a log: an iterator for each that is open. */
export function createLogMethods(port: Pick<GitPort, 'log'>): LogMethods {
  const logs = new Map<number, OpenLog>();
  return {
    openLog: async ({ log, ...request }) => {
      // The signal of the call ends with it, and the log goes on.
      const aborting = new AbortController();
      const batches = port.log({ ...request, signal: aborting.signal })[Symbol.asyncIterator]();
      logs.set(log, { batches, aborting });
    },
    readLog: async ({ log, signal }) => {
      const open = logs.get(log);
      if (open === undefined) throw fetchError('internal', 'there is no such log');
      const abort = () => open.aborting.abort();
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted === true) abort();
      const next = await open.batches.next();
      return next.done === true ? undefined : next.value;
    },
    closeLog: async ({ log }) => {
      const open = logs.get(log);
      logs.delete(log);
      open?.aborting.abort();
      await open?.batches.return?.();
    },
  };
}

/**
 * The server's side of a log: reads one batch ahead, so that the worker reads and parses the next while this one is used.
 * @param number tells the log from the others that are open
 */
export async function* readRemoteLog(
  remote: LogMethods,
  number: number,
  request: Parameters<GitPort['log']>[0],
): AsyncGenerator<readonly Commit[]> {
  const { signal } = request;
  await remote.openLog({ ...request, log: number });
  const read = () => {
    const next = remote.readLog({ log: number, ...(signal && { signal }) });
    // Whoever reads may have something else to do when it fails.
    next.catch(() => {});
    return next;
  };
  try {
    let next = read();
    for (let commits = await next; commits !== undefined; commits = await next) {
      next = read();
      yield commits;
    }
  } finally {
    // Where the worker has ended, so has what it read.
    await remote.closeLog({ log: number }).catch(() => {});
  }
}
