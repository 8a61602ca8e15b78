import type { Commit } from '../commit.ts';
import type { FetchFailure } from '../errors.ts';
import type { Project } from '../project.ts';
import type { Difference } from './git-port.ts';

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

/** What is known of the history of a url, and of the attempts to fetch it. */
export type HistoryFacts = Omit<Project, 'name' | 'addedAt'>;

/** A url and what is known of it at one moment. */
export interface TrackedUrl {
  /** The names that stand for it, in order. */
  readonly names: readonly string[];
  /** Undefined where it has no history. */
  readonly facts: HistoryFacts | undefined;
}

/** What a new history changed. */
export interface Change {
  /** How many commits the old history did not have. */
  readonly added: number;
  /** How many commits of the old history are gone: more than 0 is a rewrite. */
  readonly lost: number;
}

/** Keeps one history for each url, and what became of the attempts to fetch it. */
export interface HistoryStore {
  /** What is known of a url; undefined where it has no history. */
  findHistory(url: string): Promise<HistoryFacts | undefined>;
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
  touchHistory(history: History): Promise<void>;
  /**
   * Removes the history of a url unless a project names it; whether it is gone (or never was). Writes nothing where one
   * names it.
   */
  dropHistory(url: string): Promise<boolean>;
  /**
   * Keeps that an attempt begins, so that a later process knows of it where this one does not survive it. Whatever is saved
   * of the url afterwards ends it.
   * @returns the url as the attempt finds it
   */
  beginAttempt(attempt: Pick<Attempt, 'url' | 'at'>): Promise<TrackedUrl>;
  /** Keeps that an attempt was given up, which says nothing about the remote. */
  dropAttempt(url: string): Promise<void>;
  /** Keeps that fetching a url failed; does nothing where no project has that url. */
  saveFailure(attempt: Attempt & { readonly outcome: FetchFailure }): Promise<void>;
  /** The attempts that have begun and not ended: at the start of a process, those that the one before did not survive. */
  openAttempts(): Promise<readonly OpenAttempt[]>;
}
