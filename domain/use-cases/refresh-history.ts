import type { Commit } from '../commit.ts';
import { removeIfUnreferenced } from './remove-unreferenced.ts';
import { DomainError, isFetchFailure, isUnavailable, type FetchFailure } from '../errors.ts';
import { fetchError } from '../fetch-error.ts';
import { peek } from './peek.ts';
import type { Fetched, Progress } from '../ports/git-port.ts';
import type { GitOperation, Ports } from '../ports/ports.ts';
import type { Change, History } from '../ports/store-port.ts';
import type { Project } from '../project.ts';
import { publishInBatches } from './publish-in-batches.ts';
import { nextRefreshAt, defaultRefreshPolicy, type RefreshPolicy } from './schedule.ts';
import { withRefreshingEvents } from './refreshing-events.ts';
import { withTimeout } from '../concurrency/with-timeout.ts';

type RefreshPorts = Pick<Ports, 'git' | 'store' | 'metrics'> & Partial<Pick<Ports, 'events'>>;

interface Refresh {
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
  readonly signal: AbortSignal;
  /** How long it may take, whoever waits for it, in seconds; no limit when absent. */
  readonly timeoutSeconds?: number | undefined;
  /** {@link defaultRefreshPolicy} when absent. */
  readonly rules?: RefreshPolicy | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

type Known = Omit<Project, 'name' | 'addedAt'> | undefined;

const none: Change = { added: 0, lost: 0 };

/**
 * Brings the history of a url up to date and keeps what became of it: it costs what has changed. A failure leaves the
 * history as it was, and leaves nothing at all of a url that no project names.
 * @throws DomainError the outcome of the failed fetch
 */
export function refreshHistory(ports: RefreshPorts, refresh: Refresh): Promise<void> {
  const { url, signal: ended, timeoutSeconds } = refresh;
  return withRefreshingEvents(ports, url, () =>
    withTimeout(timeoutSeconds, ended, (signal) => attempt(ports, { ...refresh, signal })),
  );
}

async function attempt(ports: RefreshPorts, refresh: Refresh): Promise<void> {
  const { store, metrics } = ports;
  const { url, signal } = refresh;
  const known = await store.findHistory(url);
  await store.beginAttempt({ url, at: now() });
  try {
    const change = await bringUpToDate(ports, refresh, known);
    await countRefresh(ports, url, known, change);
    await publishChange(ports, url, known);
    // Whoever would have named it may have left when nothing could be given up any more.
    if (signal.aborted && (await removeIfUnreferenced(ports, url))) return;
    if (change !== 'unchanged') void maintain(ports, url);
  } catch (error) {
    const isGone = await removeIfUnreferenced(ports, url);
    if (!isGone && (isGivenUp(signal) || isGitGone(error))) await store.dropAttempt(url);
    else if (!isGone && !isUnavailable(error)) {
      await store.saveFailure({
        ...failedAttempt(refresh, known, error),
        outcome: failureOf(error),
      });
      const projects = await store.namesOf(url);
      metrics.refreshed({ projects, result: 'failed', change: none, detectionSeconds: null });
      await publishChange(ports, url, known);
      // Its last project may have been removed meanwhile, by somebody who left the rest to us.
      await removeIfUnreferenced(ports, url);
    }
    throw error;
  }
}

async function bringUpToDate(
  ports: RefreshPorts,
  refresh: Refresh,
  known: Known,
): Promise<Change | 'unchanged'> {
  const { git, metrics, store } = ports;
  const { url, signal } = refresh;
  for (let again = false; ; again = true) {
    const fetched = await timed(metrics, 'fetch', signal, () => fetchMirror(ports, refresh));
    metrics.received(fetched);
    if (known?.tip === fetched.tip && known.state !== 'pending') {
      await store.touchHistory(historyOf(refresh, fetched, known.tipChangedAt ?? now()));
      return 'unchanged';
    }
    refresh.onProgress?.({ phase: 'reading' });
    try {
      return await timed(metrics, 'log', signal, () => read(ports, refresh, fetched, known));
    } catch (error) {
      // A mirror of which something is missing: what a crash or a full disk can leave. The remote has it all.
      const isDamage = error instanceof DomainError && error.code === 'protocol';
      if (again || fetched.fresh || !isDamage) {
        // What was fetched is in the mirror, and a remote may send as much each time.
        void maintain(ports, url);
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

/** Takes what is new out of the mirror, or all where that is simpler. */
async function read(
  { git, store }: RefreshPorts,
  refresh: Refresh,
  fetched: Fetched,
  known: Known,
): Promise<Change> {
  const { url, signal, onProgress } = refresh;
  const { tip } = fetched;
  const from = known?.tip ?? null;
  if (tip !== null && from !== null && !fetched.fresh) {
    const difference = await git.difference({ url, from, to: tip, signal });
    if (difference !== undefined) {
      const history = { ...historyOf(refresh, fetched, now()), tip };
      const change = await store.extendHistory(history, from, difference);
      if (change !== 'too_different') return change;
    }
  }
  const { first, all, close } = await peek(tip === null ? [] : git.log({ url, tip, signal }));
  const committedAt = first?.[0]?.committedAt ?? now();
  // Of a history that is seen for the first time, the tip's own date says how lively it is.
  const changedAt = known === undefined ? Math.min(now(), committedAt) : now();
  const counted = onProgress === undefined ? all : counting(all, onProgress);
  try {
    return await store.saveHistory(historyOf(refresh, fetched, changedAt), counted);
  } finally {
    // A store that cannot write does not begin to read.
    await close();
  }
}

/** Tells how many commits have come, five times a second at most. */
async function* counting(
  batches: AsyncIterable<readonly Commit[]>,
  onProgress: (progress: Progress) => void,
): AsyncGenerator<readonly Commit[]> {
  let commits = 0;
  let told = -Infinity;
  for await (const batch of batches) {
    commits += batch.length;
    if (now() - told >= 0.2) {
      told = now();
      onProgress({ phase: 'reading', commits });
    }
    yield batch;
  }
  onProgress({ phase: 'reading', commits });
}

function historyOf({ url, rules }: Refresh, fetched: Fetched, tipChangedAt: number): History {
  const { tip, defaultBranch } = fetched;
  const at = now();
  const situation = { now: at, tipChangedAt, failures: 0, jitter: Math.random() };
  const next = nextRefreshAt(situation, rules ?? defaultRefreshPolicy);
  return { url, at, nextRefreshAt: next, tip, defaultBranch, tipChangedAt };
}

function failedAttempt({ url, rules }: Refresh, known: Known, error: unknown) {
  const at = now();
  const situation = {
    now: at,
    tipChangedAt: known?.tipChangedAt ?? at,
    failures: (known?.failures ?? 0) + 1,
    retryAfterSeconds: error instanceof DomainError ? error.retryAfterSeconds : undefined,
    jitter: Math.random(),
  };
  return { url, at, nextRefreshAt: nextRefreshAt(situation, rules ?? defaultRefreshPolicy) };
}

/** Nobody waits for it, and what it does not do now it does the next time. */
async function maintain({ git, metrics }: RefreshPorts, url: string): Promise<void> {
  const tended = await git.maintain(url).catch(() => undefined);
  if (tended === undefined || tended.outcome === 'nothing') return;
  const { outcome, seconds, fetched } = tended;
  if (fetched !== undefined) metrics.received(fetched);
  metrics.gitOperation({
    op: 'repack',
    seconds,
    ...(outcome === 'failed' && { failure: 'internal' }),
  });
}

/** Tells whoever listens how the projects of a url have become, where they are not as they were. */
async function publishChange(
  { store, events }: RefreshPorts,
  url: string,
  known: Known,
): Promise<void> {
  const facts = events && (await store.findHistory(url));
  if (events === undefined || facts === undefined) return;
  const { tip, commits, state } = facts;
  if (known?.state === state && known.tip === tip) return;
  await publishInBatches(await store.namesOf(url), (project) => {
    const data = { project, tip, commits, state };
    if (known?.state !== state) events.publish({ type: 'state', data });
    if (known?.tip !== tip) events.publish({ type: 'tip', data });
  });
}

/** Counts a refresh, which the first fetch of a url is not. */
async function countRefresh(
  ports: RefreshPorts,
  url: string,
  known: Known,
  change: Change | 'unchanged',
): Promise<void> {
  if (known === undefined || known.state === 'pending') return;
  const projects = await ports.store.namesOf(url);
  const { refreshed } = ports.metrics;
  if (change === 'unchanged') {
    refreshed({ projects, result: 'unchanged', change: none, detectionSeconds: null });
    return;
  }
  const committedAt = (await ports.store.findHistory(url))?.tipCommittedAt ?? null;
  refreshed({
    projects,
    result: change.lost > 0 ? 'rewritten' : 'updated',
    change,
    detectionSeconds:
      change.added === 0 || committedAt === null ? null : Math.max(0, now() - committedAt),
  });
}

async function timed<Result>(
  metrics: RefreshPorts['metrics'],
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
    if (!isGivenUp(signal) && !isUnavailable(error)) {
      metrics.gitOperation({ op, seconds: seconds(), failure: failureOf(error) });
    }
    throw error;
  }
}

/** Whether the work ended because nobody waited for it any more, which says nothing about the remote. */
function isGivenUp({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof DomainError);
}

/** Whether the process that runs git is not there, which says nothing about the remote either. */
function isGitGone(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'git_unavailable';
}

function failureOf(error: unknown): FetchFailure {
  return error instanceof DomainError && isFetchFailure(error.code) ? error.code : 'internal';
}

/** Epoch seconds. */
function now(): number {
  return Date.now() / 1000;
}
