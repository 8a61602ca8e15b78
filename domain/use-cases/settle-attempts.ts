import { DomainError } from '../errors.ts';
import type { OpenAttempt } from '../ports/history-store.ts';
import type { StorePort } from '../ports/store-port.ts';
import { nextRefreshAt, defaultRefreshPolicy, type RefreshPolicy } from './schedule.ts';

interface Settled {
  /** The attempts that were found, whose fault the end of the process may have been. */
  readonly attempts: readonly OpenAttempt[];
  /** When a url that no project names may be asked again, in epoch seconds. */
  readonly notBefore: ReadonlyMap<string, number>;
}

/** How many failures in a row put off an attempt that was one of several: which of them ended the process is not known. */
const mostShared = 4;

/**
 * Counts attempts that an earlier process did not survive as failed, so that one which ends each process is made later each
 * time, unless others ran beside it; to be called before anything is fetched. Most were cut off by chance: the first time it is asked again soon.
 * @param now epoch seconds
 */
export async function settleAttempts(
  store: Pick<StorePort, 'namesOf' | 'openAttempts' | 'saveFailure' | 'findHistory'>,
  now: number,
  rules: RefreshPolicy = defaultRefreshPolicy,
): Promise<Settled> {
  const attempts = await store.openAttempts();
  const notBefore = new Map<string, number>();
  const next = (failures: number) => {
    const counted = attempts.length > 1 ? Math.min(failures, mostShared) : failures;
    return nextRefreshAt(
      { now, tipChangedAt: now, failures: counted, jitter: Math.random() },
      rules,
    );
  };
  for (const { url, at, times } of attempts) {
    if ((await store.namesOf(url)).length === 0) {
      notBefore.set(url, next(times));
      continue;
    }
    const failures = ((await store.findHistory(url))?.failures ?? 0) + 1;
    const failure = { url, at, nextRefreshAt: next(failures), outcome: 'internal' } as const;
    // On a full disk the attempt stays open for the next start, and until there is room no remote is asked.
    await store.saveFailure(failure).catch(unlessUnavailable);
  }
  return { attempts, notBefore };
}

function unlessUnavailable(error: unknown): void {
  if (!(error instanceof DomainError && error.code === 'store_unavailable')) throw error;
}
