import { DomainError, isFetchFailure, type FetchFailure } from './errors.ts';
import { fetchError } from './fetch-error.ts';
import type { Fetched, GitOperation, Ports } from './ports.ts';

type RefreshPorts = Pick<Ports, 'git' | 'store' | 'metrics'>;

/**
 * Brings the history of a url up to date and keeps what became of it. A failure leaves the history as it was, and
 * leaves nothing at all of a url that no project names.
 * @throws DomainError the outcome of the failed fetch
 */
export async function refreshHistory(
  ports: RefreshPorts,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const { git, store, metrics } = ports;
  try {
    const fetched = await timed(metrics, 'fetch', signal, () => fetch(ports, url, signal));
    metrics.received(fetched);
    const { tip, defaultBranch } = fetched;
    const history = { url, tip, defaultBranch, fetchedAt: now() };
    const commits = tip === null ? noCommits() : git.log({ url, tip, signal });
    await timed(metrics, 'log', signal, () => store.saveHistory(history, commits));
  } catch (error) {
    if (await store.dropHistory(url)) await git.forget(url);
    else if (!isGivenUp(signal)) await store.saveFailure(url, now());
    throw error;
  }
}

async function fetch({ git }: RefreshPorts, url: string, signal: AbortSignal): Promise<Fetched> {
  const fetched = await git.fetch({ url, signal });
  if (fetched.outcome !== 'ok') throw fetchError(fetched.outcome, fetched.detail);
  return fetched;
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
    if (!isGivenUp(signal)) {
      metrics.gitOperation({ op, seconds: seconds(), failure: failureOf(error) });
    }
    throw error;
  }
}

/** Whether the work ended because nobody waited for it any more, which says nothing about the remote. */
function isGivenUp({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof DomainError);
}

function failureOf(error: unknown): FetchFailure {
  return error instanceof DomainError && isFetchFailure(error.code) ? error.code : 'internal';
}

/** Epoch seconds. */
function now(): number {
  return Date.now() / 1000;
}

async function* noCommits(): AsyncGenerator<never> {}
