import { withTimeout } from '../concurrency/with-timeout.ts';
import { isUnavailable } from '../errors.ts';
import type { Change, TrackedUrl } from '../ports/history-store.ts';
import { failedAttempt } from './attempt.ts';
import { failureOf, isAbandoned, isGitGone } from './failures.ts';
import { maintainMirror } from './maintain-mirror.ts';
import type { Refresh, RefreshPorts } from './refresh.ts';
import { withRefreshingEvents } from './refreshing-events.ts';
import { removeIfUnreferenced } from './remove-unreferenced.ts';
import { countRefresh, publishChange } from './report-refresh.ts';
import { updateHistory } from './update-history.ts';

/**
 * Brings the history of a url up to date and keeps what became of it: it costs what has changed. A failure leaves the
 * history as it was, and leaves nothing at all of a url that no project names.
 *
 * With nothing new it makes two store calls: `beginAttempt`, which gives all that is known, and `touchHistory`.
 * @returns the names that stood for the url when it began
 * @throws DomainError the outcome of the failed fetch
 */
export function refreshHistory(ports: RefreshPorts, refresh: Refresh): Promise<readonly string[]> {
  const { url, signal: ended, timeoutSeconds } = refresh;
  return withTimeout(timeoutSeconds, ended, async (signal) => {
    const before = await ports.store.beginAttempt({ url, at: Date.now() / 1000 });
    await withRefreshingEvents(ports.events, before.names, () =>
      attempt(ports, { ...refresh, signal }, before),
    );
    return before.names;
  });
}

async function attempt(ports: RefreshPorts, refresh: Refresh, before: TrackedUrl): Promise<void> {
  const { url, signal } = refresh;
  try {
    const change = await updateHistory(ports, refresh, before.facts);
    await report(ports, url, before, change);
    // Whoever would have named it may have left when nothing could be given up any more.
    if (signal.aborted && (await removeIfUnreferenced(ports, url))) return;
    if (change !== 'unchanged') void maintainMirror(ports, url);
  } catch (error) {
    await fail(ports, refresh, before, error);
    throw error;
  }
}

/** Counts and publishes a success; where nothing has changed, without asking the store. */
async function report(
  ports: RefreshPorts,
  url: string,
  before: TrackedUrl,
  change: Change | 'unchanged',
): Promise<void> {
  if (change === 'unchanged' && before.facts?.state === 'up') {
    countRefresh(ports.metrics, before, before, change);
    return;
  }
  const { store } = ports;
  const after = { names: await store.namesOf(url), facts: await store.findHistory(url) };
  countRefresh(ports.metrics, before, after, change);
  await publishChange(ports.events, before, after);
}

/** Ends an attempt that failed: in the history where it says something of the remote. */
async function fail(
  ports: RefreshPorts,
  refresh: Refresh,
  before: TrackedUrl,
  error: unknown,
): Promise<void> {
  const { store, metrics, events } = ports;
  const { url, signal } = refresh;
  if (await removeIfUnreferenced(ports, url)) return;
  if (isAbandoned(signal) || isGitGone(error)) {
    await store.dropAttempt(url);
    return;
  }
  // What the store cannot keep stays an open attempt.
  if (isUnavailable(error)) return;
  await store.saveFailure({
    ...failedAttempt(refresh, before.facts, error),
    outcome: failureOf(error),
  });
  const after = { names: await store.namesOf(url), facts: await store.findHistory(url) };
  metrics.refreshed({
    projects: after.names,
    result: 'failed',
    change: { added: 0, lost: 0 },
    detectionSeconds: null,
  });
  await publishChange(events, before, after);
  // Its last project may have been removed meanwhile, by somebody who left the rest to us.
  await removeIfUnreferenced(ports, url);
}
