import type { Commit } from './commit.ts';
import type { FetchFailure } from './errors.ts';
import type { Difference } from './git-port.ts';
import type { Project } from './project.ts';

/** One attempt to bring a url up to date. */
export interface Attempt {
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
  /** When, in epoch seconds. */
  readonly at: number;
  /** When the remote is to be asked again, in epoch seconds. */
  readonly nextRefreshAt: number;
}

/** An attempt that was begun, and of which nothing was kept since: what the process did not survive, or what still runs. */
export interface OpenAttempt extends Pick<Attempt, 'url' | 'at'> {
  /** How many in a row have come to nothing like that. */
  readonly times: number;
}

/** The history of one url, without its commits, as a successful attempt found it. */
export interface History extends Attempt, Pick<Project, 'tip' | 'defaultBranch'> {
  /** As of `Project`. */
  readonly tipChangedAt: number;
}

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

/** Where a page of found commits ends: another one goes on behind it, or leads up to it. */
export interface Edge {
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
  readonly first: Edge | null;
  /** Where the pages beside this one are; null where there is none. */
  readonly next: Edge | null;
  readonly previous: Edge | null;
}

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

/** What a new history changed. */
export interface Change {
  /** How many commits the old history did not have. */
  readonly added: number;
  /** How many commits of the old history are gone: more than 0 is a rewrite. */
  readonly lost: number;
}

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

/** How many rewrites of a history keep the commits they lost, and how many of them each. */
export const keptRewrites = 100;
export const lostCommitsKept = 1000;

/** How many rewrites of a history are told of: older ones are forgotten. */
export const mostRewrites = 10_000;

/** How many commits are told of that have the same beginning of a name. */
export const mostNamesakes = 10;

/**
 * In the commits of how many days at most {@link StorePort.counts} counts: in each day of half a century. A remote can give its
 * commits any dates, up to the year 9999.
 */
export const maxCountedDays = 20_000;

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
  /** How many of them are kept: {@link lostCommitsKept} at most, of the newest {@link keptRewrites}. */
  readonly total: number;
  readonly commits: readonly LostCommit[];
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

/** A stretch of a history. */
export interface CommitPage {
  readonly project: Project;
  /** Newest first, at most as many as were asked for. */
  readonly commits: readonly Commit[];
}

/** A project that has just got its history. */
export interface SavedProject {
  readonly project: Project;
  /** The other url that its name stood for until now, if any. */
  readonly replaced: string | undefined;
}

/** Where a page begins: below so many commits of the history of `tip`. */
export interface Place {
  readonly tip: string;
  /** How many commits are reachable from `tip`. */
  readonly commits: number;
  /** How many of them the page begins below. */
  readonly skip: number;
}

/** Which state of which history. */
export type Version = Pick<Project, 'url' | 'tip' | 'commits'>;

/**
 * Keeps projects and their histories. Projects of one url share one history, and what became of fetching it.
 * All of it rejects with DomainError `store_unavailable` where it cannot be read or written just now.
 */
export interface StorePort {
  /** Every project, those without a history too, ordered by name. */
  projects(): Promise<readonly Project[]>;
  project(name: string): Promise<Project | undefined>;
  /**
   * A stretch of a project's history, newest first: its beginning, or from a place on, also of an earlier tip as long
   * as nothing there has moved since. Project and commits are of one moment.
   * `moved` where the place is that of another tip, and what was there then is not there now.
   */
  commits(
    name: string,
    range: { readonly from?: Place; readonly limit: number },
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
    range: { readonly filter: CommitFilter; readonly from?: Edge; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<FoundCommits | 'moved' | undefined>;
  /** The commits of a project whose object names begin so (lower case), by name: the first {@link mostNamesakes}. */
  namesakes(name: string, prefix: string): Promise<CommitPage | undefined>;
  /**
   * Counts commits by committer date, from the first (inclusive) to the second (exclusive), in epoch seconds.
   * `too_many_days` where they are of more than {@link maxCountedDays} days.
   * @throws DomainError `history_moved` where the history is not in that state, or no longer before all are counted; `busy`
   * and the reason of the signal as `search`
   */
  counts(
    of: Version,
    range: { readonly from: number; readonly to: number },
    signal?: AbortSignal,
  ): Promise<CommitCounts | 'too_many_days'>;
  /**
   * Counts the commits of each author, and gives the `limit` who have the most.
   * @throws DomainError `history_moved`, `busy` and the reason of the signal as `counts`
   */
  authors(of: Version, limit: number, signal?: AbortSignal): Promise<AuthorCounts>;
  /** A project with its whole history. */
  history(name: string): Promise<WholeHistory | undefined>;
  /** What is known of a url; undefined where it has no history. */
  tracked(url: string): Promise<Omit<Project, 'name' | 'addedAt'> | undefined>;
  /** The names that stand for a url, in order. */
  namesOf(url: string): Promise<readonly string[]>;
  /**
   * Urls of projects whose time to be refreshed has come, the longest overdue first; also those whose last attempt lies
   * ahead, since the clock has been set back and their time may be hours away.
   */
  due(now: number): Promise<readonly { readonly url: string; readonly dueAt: number }[]>;
  /**
   * Replaces the history of a url by a whole new one, newest commit first: a reader sees the old or the new, and a
   * failure keeps the old. What the old one had and the new one has not is kept as a rewrite.
   */
  saveHistory(history: History, commits: AsyncIterable<readonly Commit[]>): Promise<Change>;
  /**
   * Changes the history of a url, whose tip is `from`, by what lies between; the order stays that of `git log`.
   * `too_different` where it is not that tip, or the whole has to be written anew.
   */
  extendHistory(
    history: History & { readonly tip: string },
    from: string,
    difference: Difference,
  ): Promise<Change | 'too_different'>;
  /** Keeps that the history of a url was found to be up to date; does nothing where its tip is another one by now. */
  saveUnchanged(history: History): Promise<void>;
  /**
   * Names the history of a url; a name that stood for another url changes over.
   * `full` where the name is new and `maxProjects` others exist, `no_history` where none of that url is kept.
   */
  saveProject(request: {
    readonly name: string;
    readonly url: string;
    readonly maxProjects: number;
    /** When, in epoch seconds; kept of a new name. */
    readonly at?: number;
  }): Promise<SavedProject | 'full' | 'no_history'>;
  /**
   * Keeps a name for a url that has no history yet, to be fetched at once; does nothing where the name is taken.
   * `full` where the name is new and `maxProjects` others exist.
   */
  reserveProject(request: {
    readonly name: string;
    readonly url: string;
    readonly maxProjects: number;
    readonly at?: number;
  }): Promise<'reserved' | 'taken' | 'full'>;
  /** Keeps that fetching a url failed; does nothing where no project has that url. */
  saveFailure(attempt: Attempt & { readonly outcome: FetchFailure }): Promise<void>;
  /**
   * Keeps that an attempt begins, so that a later process knows of it where this one does not survive it. Whatever is saved
   * of the url afterwards ends it.
   */
  beginAttempt(attempt: Pick<Attempt, 'url' | 'at'>): Promise<void>;
  /** Keeps that an attempt was given up, which says nothing about the remote. */
  dropAttempt(url: string): Promise<void>;
  /** The attempts that have begun and not ended: at the start of a process, those that the one before did not survive. */
  openAttempts(): Promise<readonly OpenAttempt[]>;
  /** Removes a project, and gives its url; undefined where there is none of that name. Its history stays. */
  removeProject(name: string): Promise<string | undefined>;
  /** Removes the history of a url unless a project names it; whether it is gone (or never was). */
  dropHistory(url: string): Promise<boolean>;
  /**
   * A page of the rewrites of a project's history, of which the newest {@link mostRewrites} are known: from the newest on, or
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
  /** @throws DomainError `store_unavailable` where nothing could be written just now */
  check(): Promise<void>;
  close(): Promise<void>;
}
