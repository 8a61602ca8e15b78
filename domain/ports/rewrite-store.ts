import type { Commit } from '../commit.ts';

/** A history that lost commits: a forced push, mostly. */
export interface Rewrite {
  /** When it was seen, in epoch seconds. */
  readonly at: number;
  readonly oldTip: string;
  /** Null where nothing is left. */
  readonly newTip: string | null;
  /** How many commits were lost. */
  readonly lost: number;
}

/** A page of the rewrites of a history. */
export interface RewritePage {
  /** How many there are in all. */
  readonly total: number;
  /** Newest first. */
  readonly rewrites: readonly Rewrite[];
}

/** A commit that a rewrite lost. */
export type LostCommit = Pick<Commit, 'sha' | 'author' | 'authoredAt' | 'message'>;

/** Reads what rewrites took away. */
export interface RewriteStore {
  /**
   * A page of the rewrites of a project's history, of which the newest `maxRewrites` are known: from the newest on, or
   * from where so many are left (`rest`), counted from the oldest.
   */
  rewrites(
    name: string,
    range: { readonly rest?: number | undefined; readonly limit: number },
  ): Promise<RewritePage>;
  /** The newest rewrite of a project's history that led to `newTip`. */
  rewriteTo(name: string, newTip: string | null): Promise<Rewrite | undefined>;
  /** What the newest rewrite that led to `newTip` lost, newest first: `lostCommitsKept` at most, of the newest `keptRewrites`. */
  lostCommits(name: string, newTip: string | null): Promise<readonly LostCommit[]>;
}
