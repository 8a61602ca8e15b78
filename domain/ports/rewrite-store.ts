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

/** Some of the commits that a rewrite lost. */
export interface LostPage {
  readonly rewrite: Rewrite;
  /** How many of them are kept: `lostCommitsKept` at most, of the newest `keptRewrites`. */
  readonly total: number;
  readonly commits: readonly LostCommit[];
}

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
  /**
   * A page of what the newest rewrite that led to `newTip` lost, newest first: from the one that stands so many (`start`) below
   * the newest, at most `limit`, and fewer where they take very many bytes. Undefined where there is no such rewrite.
   */
  lostCommits(
    name: string,
    newTip: string | null,
    range: { readonly start: number; readonly limit: number },
  ): Promise<LostPage | undefined>;
}
