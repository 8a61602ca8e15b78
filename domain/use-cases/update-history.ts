import type { Commit } from '../commit.ts';
import { DomainError, isUnavailable } from '../errors.ts';
import { fetchError } from '../fetch-error.ts';
import type { Fetched, Progress } from '../ports/git-port.ts';
import type { GitOperation, MetricsPort } from '../ports/ports.ts';
import type { Change, HistoryFacts } from '../ports/history-store.ts';
import { succeededAttempt } from './attempt.ts';
import { failureOf, isAbandoned } from './failures.ts';
import { maintainMirror } from './maintain-mirror.ts';
import { peek } from './peek.ts';
import type { Refresh, RefreshPorts } from './refresh.ts';

/**
 * Fetches a url and writes what is new. A mirror of which something is missing is fetched anew once.
 * @param before what was known of the url when the attempt began
 */
export async function updateHistory(
  ports: RefreshPorts,
  refresh: Refresh,
  before: HistoryFacts | undefined,
): Promise<Change | 'unchanged'> {
  const { git, metrics, store } = ports;
  const { url, signal } = refresh;
  for (let again = false; ; again = true) {
    const fetched = await timed(metrics, 'fetch', signal, () => fetchMirror(ports, refresh));
    metrics.received(fetched);
    if (before?.tip === fetched.tip && before.state !== 'pending') {
      const tipChangedAt = before.tipChangedAt ?? now();
      await store.touchHistory(succeededAttempt(refresh, fetched, tipChangedAt));
      return 'unchanged';
    }
    refresh.onProgress?.({ phase: 'reading' });
    try {
      return await timed(metrics, 'log', signal, () => write(ports, refresh, fetched, before));
    } catch (error) {
      // What a crash or a full disk can leave of a mirror. The remote has it all.
      const isDamage = error instanceof DomainError && error.code === 'protocol';
      if (again || fetched.fresh || !isDamage) {
        // What was fetched is in the mirror, and a remote may send as much each time.
        void maintainMirror(ports, url);
        throw error;
      }
      await git.forget(url);
    }
  }
}

async function fetchMirror(
  { git }: RefreshPorts,
  { url, signal, onProgress }: Refresh,
): Promise<Fetched> {
  onProgress?.({ phase: 'connecting' });
  const fetched = await git.fetch({ url, signal, ...(onProgress && { onProgress }) });
  if (fetched.outcome === 'ok') return fetched;
  throw fetchError(fetched.outcome, fetched.detail, fetched.retryAfterSeconds);
}

/** Writes the difference between the two tips, or the whole history where that is simpler. */
async function write(
  { git, store }: RefreshPorts,
  refresh: Refresh,
  fetched: Fetched,
  before: HistoryFacts | undefined,
): Promise<Change> {
  const { url, signal, onProgress } = refresh;
  const { tip } = fetched;
  const from = before?.tip ?? null;
  if (tip !== null && from !== null && !fetched.fresh) {
    const difference = await git.difference({ url, from, to: tip, signal });
    if (difference !== undefined) {
      const history = { ...succeededAttempt(refresh, fetched, now()), tip };
      const change = await store.extendHistory(history, from, difference);
      if (change !== 'too_different') return change;
    }
  }
  const { first, all, close } = await peek(tip === null ? [] : git.log({ url, tip, signal }));
  const committedAt = first?.[0]?.committedAt ?? now();
  // Of a history that is seen for the first time, the tip's own date says how lively it is.
  const changedAt = before === undefined ? Math.min(now(), committedAt) : now();
  const counted = onProgress === undefined ? all : withProgress(all, onProgress);
  try {
    return await store.saveHistory(succeededAttempt(refresh, fetched, changedAt), counted);
  } finally {
    // A store that cannot write does not begin to read.
    await close();
  }
}

/** The same batches; tells how many commits have come, five times a second at most. */
async function* withProgress(
  batches: AsyncIterable<readonly Commit[]>,
  onProgress: (progress: Progress) => void,
): AsyncGenerator<readonly Commit[]> {
  let commits = 0;
  let lastAt = -Infinity;
  for await (const batch of batches) {
    commits += batch.length;
    if (now() - lastAt >= 0.2) {
      lastAt = now();
      onProgress({ phase: 'reading', commits });
    }
    yield batch;
  }
  onProgress({ phase: 'reading', commits });
}

/** Counts how long a run of git took and how it failed, unless nobody waits for it any more. */
async function timed<Result>(
  metrics: MetricsPort,
  op: GitOperation,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  try {
    const result = await work();
    metrics.gitOperation({ op, seconds: seconds() });
    return result;
  } catch (error) {
    if (!isAbandoned(signal) && !isUnavailable(error)) {
      metrics.gitOperation({ op, seconds: seconds(), failure: failureOf(error) });
    }
    throw error;
  }
}

/** Epoch seconds. */
function now(): number {
  return Date.now() / 1000;
}
