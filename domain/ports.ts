import type { Commit } from './commit.ts';
import type { ErrorCode, FetchFailure } from './errors.ts';
import type { Project, ProjectState } from './project.ts';

/** What a running fetch tells whoever waits for it. */
export interface Progress {
  readonly phase: 'connecting' | 'receiving' | 'reading';
  /** Of the phase, 0 to 100; absent where git does not say. */
  readonly percent?: number;
  /** Bytes received from the remote so far. */
  readonly bytes?: number;
  /** Commits read so far. */
  readonly commits?: number;
}

export interface FetchRequest {
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
  /** Ends the fetch and everything it started; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What a fetch found. */
export interface Fetched {
  readonly outcome: 'ok';
  /** The commit the remote's HEAD names; null for an empty repository. */
  readonly tip: string | null;
  /** The branch the remote's HEAD names, without `refs/heads/`. */
  readonly defaultBranch: string | null;
  /** What the remote left out: every tree and blob, or nothing (it knows no filters). */
  readonly filter: 'tree:0' | 'none';
  /** Bytes received from the remote. */
  readonly receivedBytes: number;
  /** Whether the mirror was made by this fetch and holds nothing of an earlier one. */
  readonly fresh: boolean;
}

/** Why a fetch brought nothing. */
export interface FetchFailed {
  readonly outcome: FetchFailure;
  /** What a log may say beyond the outcome: git's own words, never for a client. */
  readonly detail: string;
  /** For how long the remote asked not to be asked again, in seconds. */
  readonly retryAfterSeconds?: number;
}

/** What a commit says beyond a {@link Commit}. */
export interface CommitDetails {
  /** The message after its subject, trailers included. */
  readonly body: string;
  readonly authorEmail: string;
  readonly committer: string;
  readonly committerEmail: string;
  readonly trailers: readonly { readonly key: string; readonly value: string }[];
  /** Whether it carries a signature; nobody has checked it. */
  readonly signed: boolean;
}

/** Reads the history of remote repositories. A mirror of each url is kept until it is forgotten. */
export interface GitPort {
  /**
   * Brings the mirror of `url` up to date with the remote's HEAD, and replaces one that is damaged. A failure leaves
   * the mirror as it was.
   */
  fetch(request: FetchRequest): Promise<Fetched | FetchFailed>;
  /**
   * The commits reachable from `tip`, in the order and with the texts of `git log`, in batches.
   * Reads the mirror of `url` alone and never the network.
   * @throws DomainError `protocol` where they are not all there
   */
  log(request: {
    readonly url: string;
    readonly tip: string;
    readonly signal?: AbortSignal;
    /** How many of the first are left out, and how many are read at most. */
    readonly range?: { readonly skip: number; readonly limit: number };
  }): AsyncIterable<readonly Commit[]>;
  /**
   * What lies between two tips; undefined where the mirror cannot tell, or where it is so much that reading all anew
   * costs no more.
   */
  difference(request: {
    readonly url: string;
    readonly from: string;
    readonly to: string;
    readonly signal?: AbortSignal;
  }): Promise<Difference | undefined>;
  /**
   * All that a commit of the mirror of `url` says.
   * @throws DomainError `internal` where it cannot be read
   */
  details(request: { readonly url: string; readonly sha: string }): Promise<CommitDetails>;
  /** Keeps the mirror of `url` small and quick; to be called, apart from everything else, after it has changed. */
  tend(url: string): Promise<'repacked' | 'nothing'>;
  /** Removes the mirror of `url`, if there is one. */
  forget(url: string): Promise<void>;
}

/** One attempt to bring a url up to date. */
export interface Attempt {
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
  /** When, in epoch seconds. */
  readonly at: number;
  /** When the remote is to be asked again, in epoch seconds. */
  readonly nextRefreshAt: number;
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

/** What lies between two tips of one history. */
export interface Difference {
  /** Reachable from the new tip and not from the old one, in any order. */
  readonly fresh: readonly Commit[];
  /** Object names of those reachable from the old tip and not from the new one. */
  readonly lost: readonly string[];
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

/** How many commits are told of that have the same beginning of a name. */
export const mostNamesakes = 10;

/** A commit that a rewrite lost. */
export type LostCommit = Pick<Commit, 'sha' | 'author' | 'authoredAt' | 'message'>;

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

/** Where a page begins: `position` commits above the root of the history of `tip`. */
export interface Place {
  readonly tip: string;
  /** How many commits are reachable from `tip`. */
  readonly commits: number;
  /** How many of them the page begins below. */
  readonly skip: number;
}

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
   * `until` and neither `text` nor `firstParent`. `moved` as of `commits`.
   */
  search(
    name: string,
    range: { readonly filter: CommitFilter; readonly from?: Edge; readonly limit: number },
  ): Promise<FoundCommits | 'moved' | undefined>;
  /** The commits of a project whose object names begin so (lower case), by name: the first {@link mostNamesakes}. */
  namesakes(name: string, prefix: string): Promise<CommitPage | undefined>;
  /** Counts commits by committer date, from the first (inclusive) to the second (exclusive), in epoch seconds. */
  counts(
    name: string,
    range: { readonly from: number; readonly to: number },
  ): Promise<CommitCounts>;
  /** Counts the commits of each author, and gives the `limit` who have the most. */
  authors(name: string, limit: number): Promise<AuthorCounts>;
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
  /** Removes a project, and gives its url; undefined where there is none of that name. Its history stays. */
  removeProject(name: string): Promise<string | undefined>;
  /** Removes the history of a url unless a project names it; whether it is gone (or never was). */
  dropHistory(url: string): Promise<boolean>;
  /** The rewrites of a project's history, newest first. */
  rewrites(name: string): Promise<readonly Rewrite[]>;
  /** What the newest rewrite that led to `newTip` lost, newest first: at most 1,000, and of the newest 100 rewrites. */
  lostCommits(name: string, newTip: string | null): Promise<readonly LostCommit[]>;
  /** @throws DomainError `store_unavailable` where nothing could be written just now */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Lets one piece of work run at a time for each key. */
export interface QueuePort {
  /**
   * Runs works of one key and different tags one after the other, in the order in which they came; those of one tag
   * that come one after another run together. Whoever's signal aborts while they wait rejects with its reason.
   */
  inTurn<Result>(
    turn: { readonly key: string; readonly tag: string; readonly signal?: AbortSignal | undefined },
    work: () => Promise<Result>,
  ): Promise<Result>;
  /**
   * Joins the work that runs for `key`, or starts this one at once. What a joiner finds afterwards is whatever ran:
   * it looks for the result where the work leaves it. The work's signal aborts when every waiter's has; a waiter
   * whose own signal aborts rejects with its reason at once.
   * @throws DomainError `busy` where too much runs already that somebody waits for
   */
  share(
    key: string,
    work: (signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>;
  /**
   * Shares a work that nobody waits for when its turn comes: the longest due first, a few at a time, and fewer of one
   * group. Does nothing where the key waits for its turn already.
   * @returns whether it has run
   */
  shareLater(
    job: { readonly key: string; readonly group: string; readonly dueAt: number },
    work: (signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<boolean>;
  /** Runs short work for a key that nobody else works for, however much runs; else does nothing. */
  whenIdle(key: string, work: () => Promise<void>): Promise<void>;
  /** Whether work runs for a key. */
  runs(key: string): boolean;
}

/** Keeps bytes that take longer to make than to send. */
export interface CachePort {
  /**
   * What is kept under `key`, or else what `make` brings, made once however many ask meanwhile. Bytes of one key are
   * always the same, so they never have to be thrown away for another reason than room.
   * @returns undefined where that is more than can be kept; it is then not made to the end, nor tried again soon
   */
  bytes(key: string, make: () => AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined>;
}

/** What became of a refresh; `rewritten` where commits were lost. */
export type RefreshResult = 'unchanged' | 'updated' | 'rewritten' | 'failed';

/** What git is run for. */
export type GitOperation = 'fetch' | 'log' | 'repack';

/** Counts what the server does. */
export interface MetricsPort {
  /** One answered request: `endpoint` is the route's template, never a path people can invent. */
  request(request: {
    readonly method: string;
    readonly endpoint: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  /** One run of git that came to an end; one that was given up because nobody waited any more does not count. */
  gitOperation(operation: {
    readonly op: GitOperation;
    readonly seconds: number;
    /** How it failed, if it did. */
    readonly failure?: FetchFailure;
  }): void;
  /** What a remote sent in a fetch that succeeded. */
  received(fetch: Pick<Fetched, 'filter' | 'receivedBytes'>): void;
  /** One attempt to bring a project up to date, apart from the first. */
  refreshed(refresh: {
    /** Of all the projects that share the history. */
    readonly projects: readonly string[];
    readonly result: RefreshResult;
    readonly change: Change;
    /** How long ago the newest commit was committed, in seconds, where it is new. */
    readonly detectionSeconds: number | null;
  }): void;
  /** How long a refresh waited for its turn after its time had come, in seconds. */
  refreshWaited(seconds: number): void;
  /** Everything counted, and how these projects are now, in the Prometheus text format. */
  exposition(
    projects: readonly Project[],
  ): Promise<{ readonly type: string; readonly text: string }>;
}

/** Work that goes on while nobody waits for it. */
export interface Job {
  readonly id: string;
  readonly project: string;
  readonly url: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed';
  /** As of {@link Progress}; null where nothing is known of it. */
  readonly phase: Progress['phase'] | null;
  readonly percent: number | null;
  readonly bytes: number | null;
  readonly commits: number | null;
  /** Null until it has ended. */
  readonly outcome: 'ok' | ErrorCode | null;
  /** What to do where it has failed, in a sentence for whoever began it. */
  readonly detail: string | null;
}

/** Runs jobs, and knows them for a while after they have ended. */
export interface JobsPort {
  /**
   * Begins a job, or gives the one that runs for the same project and url.
   * @throws DomainError `busy` where very many run
   */
  begin(
    wanted: { readonly project: string; readonly url: string },
    work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<void>,
  ): Job;
  job(id: string): Job | undefined;
}

/** How a project has just become. */
export interface ProjectNews {
  readonly project: string;
  readonly tip: string | null;
  readonly commits: number;
  readonly state: ProjectState;
}

export type ServerEvent =
  | { readonly type: 'job'; readonly data: Job }
  | { readonly type: 'tip' | 'state'; readonly data: ProjectNews };

/** Tells whoever listens what happens. */
export interface EventsPort {
  publish(event: ServerEvent): void;
  /** Texts of a stream of server-sent events, beginning after the event of that id as far as it is still known. */
  listen(lastId: string | undefined, signal: AbortSignal): AsyncIterable<string>;
}

/** What the server runs on, and how that is doing. No path and no secret is in it. */
export interface ServerStatus {
  /** Versions. */
  readonly git: string;
  readonly node: string;
  /** When the server began, in epoch seconds. */
  readonly startedAt: number;
  readonly store: {
    readonly kind: 'memory' | 'sqlite';
    /** On disk; null where it is nowhere but in memory. */
    readonly bytes: number | null;
  };
  readonly queue: {
    /** Fetches and what else runs for a repository just now. */
    readonly running: number;
    /** Refreshes that wait for their turn. */
    readonly waiting: number;
  };
  readonly cache: {
    readonly bytes: number;
    readonly maxBytes: number;
    /** How often a ready answer was asked for, and was there. */
    readonly asked: number;
    readonly hits: number;
  };
  readonly disk: {
    readonly freeBytes: number;
    /** With less free, nothing is added. */
    readonly neededBytes: number;
  };
}

/** Tells how the server is doing. */
export interface StatusPort {
  read(): Promise<ServerStatus>;
}

/** Everything a use-case can ask of the world; each asks for the ports it uses. */
export interface Ports {
  readonly git: GitPort;
  readonly store: StorePort;
  readonly queue: QueuePort;
  readonly cache: CachePort;
  readonly metrics: MetricsPort;
  readonly jobs: JobsPort;
  readonly events: EventsPort;
  readonly status: StatusPort;
}
