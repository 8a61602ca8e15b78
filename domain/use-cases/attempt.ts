import { DomainError } from '../errors.ts';
import type { Fetched } from '../ports/git-port.ts';
import type { Attempt, History, HistoryFacts } from '../ports/history-store.ts';
import type { Refresh } from './refresh.ts';
import { defaultRefreshPolicy, nextRefreshAt } from './schedule.ts';

/** What the store keeps of an attempt that succeeded just now. */
export function succeededAttempt(
  { url, rules }: Refresh,
  { tip, defaultBranch }: Fetched,
  tipChangedAt: number,
): History {
  const at = Date.now() / 1000;
  const situation = { now: at, tipChangedAt, failures: 0, jitter: Math.random() };
  const next = nextRefreshAt(situation, rules ?? defaultRefreshPolicy);
  return { url, at, nextRefreshAt: next, tip, defaultBranch, tipChangedAt };
}

/** What the store keeps of an attempt that failed just now. */
export function failedAttempt(
  { url, rules }: Refresh,
  before: HistoryFacts | undefined,
  error: unknown,
): Attempt {
  const at = Date.now() / 1000;
  const situation = {
    now: at,
    tipChangedAt: before?.tipChangedAt ?? at,
    failures: (before?.failures ?? 0) + 1,
    retryAfterSeconds: error instanceof DomainError ? error.retryAfterSeconds : undefined,
    jitter: Math.random(),
  };
  return { url, at, nextRefreshAt: nextRefreshAt(situation, rules ?? defaultRefreshPolicy) };
}
