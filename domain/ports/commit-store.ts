import type { Commit } from '../commit.ts';
import type { Project } from '../project.ts';

/** What commits are looked for by; a commit is found that fits all of it. */
export interface CommitFilter {
  /** The author's whole name. */
  readonly author?: string | undefined;
  /** Earliest committer date, in epoch seconds. */
  readonly since?: number | undefined;
  /** Committer date before which a commit was made, in epoch seconds. */
  readonly until?: number | undefined;
  /** Is a part of the message, in whichever case. */
  readonly text?: string | undefined;
  /** Only the tip, its first parent, the first parent of that and so on. */
  readonly firstParent?: boolean | undefined;
}

/** A page of a history. */
export interface CommitPage {
  readonly project: Project;
  /** Newest first, at most as many as were asked for. */
  readonly commits: readonly Commit[];
}

/** Where a page begins: below so many commits of the history of `tip`. */
export interface PageStart {
  readonly tip: string;
  /** How many commits are reachable from `tip`. */
  readonly commits: number;
  /** How many of them the page begins below. */
  readonly skip: number;
}

/** Where a page of found commits ends: another one goes on behind it, or leads up to it. */
export interface SearchCursor {
  readonly tip: string;
  /** How many commits are reachable from `tip`. */
  readonly commits: number;
  /** How many commits of them stand lower than the one at the edge. */
  readonly position: number;
  /** Committer date of the commit at the edge. */
  readonly committedAt: number | null;
  readonly side: 'after' | 'before';
}

/** A page of the commits that were looked for. */
export interface FoundCommits extends CommitPage {
  /** Where the first of them stands; null where there is none. */
  readonly first: SearchCursor | null;
  /** Where the pages beside this one are; null where there is none. */
  readonly next: SearchCursor | null;
  readonly previous: SearchCursor | null;
}

/** The whole of a history. */
export interface WholeHistory {
  readonly project: Project;
  /**
   * Newest first, of the moment that `project` is of; each call begins anew. They can be read while the history grows.
   * @throws DomainError `history_moved` where what was still to be read has changed
   */
  commits(): AsyncIterable<readonly Commit[]>;
}

/** Reads the commits of histories. */
export interface CommitStore {
  /**
   * A page of a project's history, newest first: its beginning, or from a place on, also of an earlier tip as long
   * as nothing there has moved since. Project and commits are of one moment.
   * `moved` where the place is that of another tip, and what was there then is not there now.
   */
  commits(
    name: string,
    range: { readonly from?: PageStart; readonly limit: number },
  ): Promise<CommitPage | 'moved' | undefined>;
  /**
   * Commits that fit a filter: in the order of `git log`, or the latest committed first where the filter has `since` or
   * `until` and neither `text` nor `firstParent`; fewer than `limit` where they take a MiB, with where the next page begins.
   * All of it is of one state: of the place, or else of `project`. `moved` as of `commits`.
   * @throws DomainError `history_moved` where what is still to be looked through has changed, and no place was given, or
   * what stands before it is the beginning, `busy` where too many searches run; the reason of the signal, which ends it
   */
  search(
    name: string,
    range: { readonly filter: CommitFilter; readonly from?: SearchCursor; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<FoundCommits | 'moved' | undefined>;
  /** The commits of a project whose object names begin so (lower case), by name: the first `maxPrefixMatches`. */
  commitsByPrefix(name: string, prefix: string): Promise<CommitPage | undefined>;
  /** A project with its whole history. */
  history(name: string): Promise<WholeHistory | undefined>;
}
