import type { Project } from '../project.ts';

/** Which state of which history. */
export type HistoryVersion = Pick<Project, 'url' | 'tip' | 'commits'>;

/** How often was committed. */
export interface CommitCounts {
  /** Days, counted from 1970-01-01 UTC, in which something was committed, in order. */
  readonly days: readonly { readonly day: number; readonly commits: number }[];
  /** Commits of each hour of the day, UTC, all days together. */
  readonly hours: readonly number[];
}

/** Who wrote a history, and how much of it. */
export interface AuthorCounts {
  /** How many authors there are. */
  readonly total: number;
  /** Those with the most commits, most first, and by name where they have as many. */
  readonly most: readonly AuthorCount[];
}

export interface AuthorCount {
  readonly name: string;
  readonly commits: number;
}

/** Counts the commits of histories. */
export interface CountStore {
  /**
   * Counts commits by committer date, from the first (inclusive) to the second (exclusive), in epoch seconds.
   * `too_many_days` where they are of more than `maxCountedDays` days.
   * @throws DomainError `history_moved` where the history is not in that state, or no longer before all are counted; `busy`
   * and the reason of the signal as `search`
   */
  commitCounts(
    of: HistoryVersion,
    range: { readonly from: number; readonly to: number },
    signal?: AbortSignal,
  ): Promise<CommitCounts | 'too_many_days'>;
  /**
   * Counts the commits of each author, and gives the `limit` who have the most.
   * @throws DomainError `history_moved`, `busy` and the reason of the signal as `commitCounts`
   */
  authors(of: HistoryVersion, limit: number, signal?: AbortSignal): Promise<AuthorCounts>;
}
