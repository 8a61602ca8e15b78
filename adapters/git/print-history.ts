import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { fetchError } from '../../domain/fetch-error.ts';
import type { Progress } from '../../domain/ports/git-port.ts';
import { withTimeout } from '../../domain/concurrency/with-timeout.ts';
import { fetchMirror, type FetchTools } from './fetch.ts';
import { logPrinter } from './print-log.ts';
import { streamLog } from './read-log.ts';

export interface PrintRequest {
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
  /** Ended when all is written; control characters are shown as escapes where it is a terminal. */
  readonly output: Writable & { readonly isTTY?: boolean };
  /** Bounds the fetch alone: whoever reads the output may take their time. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Finds out whether git can be trusted, while it fetches: nothing is read before that is known. */
  check(): Promise<unknown>;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Fetches a history and writes it as `git log` would, while it is read.
 * @throws DomainError the outcome of a failed fetch
 */
export async function printHistory(tools: FetchTools, request: PrintRequest): Promise<void> {
  const { url, output, timeoutSeconds, onProgress } = request;
  const untrusted = new AbortController();
  const signal = AbortSignal.any([request.signal, untrusted.signal]);
  const fetching = withTimeout(timeoutSeconds, signal, (ending) =>
    fetchMirror(tools, { url, signal: ending, ...(onProgress && { onProgress }) }),
  );
  const prepare = async () => {
    // By then the fetch, which takes the time, has been started.
    await setImmediate();
    const mirror = tools.mirrors.path(url);
    await request.check().catch((error: unknown) => {
      untrusted.abort(error);
      throw error;
    });
    return mirror;
  };
  const [prepared, transfer] = await Promise.allSettled([prepare(), fetching]);
  if (prepared.status === 'rejected') throw prepared.reason;
  if (transfer.status === 'rejected') throw transfer.reason;
  const fetched = transfer.value;
  if (fetched.outcome !== 'ok') throw fetchError(fetched.outcome, fetched.detail);
  const { tip } = fetched;
  if (tip === null) return;
  onProgress?.({ phase: 'reading' });
  const print = logPrinter(output.isTTY === true);
  await pipeline(
    streamLog(tools.git, { path: prepared.value, tip, signal }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) yield print(chunk);
    },
    output,
    { signal },
  );
}
