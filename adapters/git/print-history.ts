import { pipeline } from 'node:stream/promises';
import { fetchError } from '../../domain/fetch-error.ts';
import type { Progress } from '../../domain/ports.ts';
import { within } from '../../domain/within.ts';
import { fetchMirror, type FetchTools } from './fetch.ts';
import { logPrinter } from './print-log.ts';
import { streamLog } from './read-log.ts';

export interface PrintRequest {
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
  readonly output: NodeJS.WriteStream;
  /** Bounds the fetch alone: whoever reads the output may take their time. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Whether git can be trusted, found out while it fetches: nothing is read before that is known. */
  readonly checked: Promise<unknown>;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Fetches a history and writes it as `git log` would, while it is read.
 * @throws DomainError the outcome of a failed fetch
 */
export async function printHistory(tools: FetchTools, request: PrintRequest): Promise<void> {
  const { url, output, timeoutSeconds, checked, onProgress } = request;
  const untrusted = new AbortController();
  checked.catch((error: unknown) => untrusted.abort(error));
  const signal = AbortSignal.any([request.signal, untrusted.signal]);
  const fetched = await within(timeoutSeconds, signal, (ending) =>
    fetchMirror(tools, { url, signal: ending, ...(onProgress && { onProgress }) }),
  ).catch(async (error: unknown) => {
    await checked;
    throw error;
  });
  await checked;
  if (fetched.outcome !== 'ok') throw fetchError(fetched.outcome, fetched.detail);
  const { tip } = fetched;
  if (tip === null) return;
  onProgress?.({ phase: 'reading' });
  const print = logPrinter(output.isTTY);
  await pipeline(
    streamLog(tools.git, { path: tools.mirrors.path(url), tip, signal }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) yield print(chunk);
    },
    output,
    { end: false, signal },
  );
}
