import {
  gapCommits,
  longestWindow,
  measureActivity,
  weekOf,
  yearOf,
} from '../../domain/history/activity.ts';
import type { Reorder } from '../../domain/history/reorders.ts';
import type {
  Activity,
  Attempt,
  FetchFailure,
  History,
  LostCommit,
  HistoryFacts,
  Rewrite,
} from '../../domain/index.ts';
import type { Commits } from './gather.ts';

/** A history in memory: replaced whole, never changed, so whoever has one keeps the moment it was of. */
export interface StoredHistory extends History {
  readonly commits: Commits;
  readonly activity: Activity;
  /** The attempts that failed since. */
  readonly failed?: Failed | undefined;
  /** Oldest first. */
  readonly reorders: readonly Reorder[];
  /** Newest first, with what each lost. */
  readonly rewrites: readonly (Rewrite & { readonly commits: readonly LostCommit[] })[];
}

export interface Failed extends Attempt {
  readonly outcome: FetchFailure;
  readonly failures: number;
}

export function toFacts(kept: StoredHistory): HistoryFacts {
  const { url, tip, defaultBranch, commits, at, failed, tipChangedAt, activity } = kept;
  return {
    url,
    state: failed === undefined ? 'up' : 'failing',
    commits: commits.length,
    tip,
    defaultBranch,
    tipCommittedAt: commits[0]?.committedAt ?? null,
    lastAttemptAt: failed?.at ?? at,
    lastSuccessAt: at,
    lastOutcome: failed?.outcome ?? 'ok',
    failures: failed?.failures ?? 0,
    tipChangedAt,
    nextRefreshAt: failed?.nextRefreshAt ?? kept.nextRefreshAt,
    activity,
  };
}

export function pending(url: string, failed: Failed | undefined): HistoryFacts {
  return {
    url,
    state: 'pending',
    commits: 0,
    tip: null,
    defaultBranch: null,
    tipCommittedAt: null,
    lastAttemptAt: failed?.at ?? null,
    lastSuccessAt: null,
    lastOutcome: failed?.outcome ?? null,
    failures: failed?.failures ?? 0,
    tipChangedAt: null,
    nextRefreshAt: failed?.nextRefreshAt ?? 0,
    activity: null,
  };
}

/** Seen from that moment, in epoch seconds. */
export function activityOf(commits: Commits, now: number): Activity {
  const dated = commits.flatMap(({ committedAt, author }) =>
    committedAt === null ? [] : [{ committedAt, author }],
  );
  const recent = dated.filter(({ committedAt }) => committedAt >= now - longestWindow);
  const newest = dated.map(({ committedAt }) => committedAt).toSorted((a, b) => b - a);
  const weeks = new Map<number, number>();
  for (const { committedAt } of dated) {
    const week = weekOf(committedAt);
    weeks.set(week, (weeks.get(week) ?? 0) + 1);
  }
  return {
    ...measureActivity(now, recent, newest.slice(0, gapCommits)),
    weeks: yearOf(now, weeks),
  };
}
