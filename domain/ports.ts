import type { Commit } from './commit.ts';
import type { FetchFailure } from './errors.ts';
import type { Project } from './project.ts';

/** What a running fetch tells whoever waits for it. */
export interface Progress {
  readonly phase: 'connecting' | 'receiving' | 'reading';
  /** Of the phase, 0 to 100; absent where git does not say. */
  readonly percent?: number;
  /** Bytes received from the remote so far. */
  readonly bytes?: number;
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
}

/** Why a fetch brought nothing. */
export interface FetchFailed {
  readonly outcome: FetchFailure;
  /** What a log may say beyond the outcome: git's own words, never for a client. */
  readonly detail: string;
}

/** Reads the history of remote repositories. A mirror of each url is kept until it is forgotten. */
export interface GitPort {
  /** Brings the mirror of `url` up to date with the remote's HEAD. A failure leaves the mirror as it was. */
  fetch(request: FetchRequest): Promise<Fetched | FetchFailed>;
  /**
   * The commits reachable from `tip`, in the order and with the texts of `git log`, in batches.
   * Reads the mirror of `url` alone and never the network.
   */
  log(request: {
    readonly url: string;
    readonly tip: string;
    readonly signal?: AbortSignal;
  }): AsyncIterable<readonly Commit[]>;
  /** Removes the mirror of `url`, if there is one. */
  forget(url: string): Promise<void>;
}

/** The history of one url, without its commits. */
export interface History extends Pick<Project, 'url' | 'tip' | 'defaultBranch'> {
  /** When it was fetched, in epoch seconds. */
  readonly fetchedAt: number;
}

/** The whole of a history. */
export interface WholeHistory {
  readonly project: Project;
  /** Newest first, of the moment that `project` is of, however late they are read; each call begins anew. */
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

/** Keeps projects and their histories. Projects of one url share one history, and what became of fetching it. */
export interface StorePort {
  /** Every project, those without a history too, ordered by name. */
  projects(): Promise<readonly Project[]>;
  project(name: string): Promise<Project | undefined>;
  /**
   * A stretch of a project's history, newest first, after `skip` commits. Project and commits are of one moment.
   */
  commits(
    name: string,
    range: { readonly skip: number; readonly limit: number },
  ): Promise<CommitPage | undefined>;
  /** A project with its whole history. */
  history(name: string): Promise<WholeHistory | undefined>;
  /** Replaces the history of a url by a whole new one: a reader sees the old or the new, and a failure keeps the old. */
  saveHistory(history: History, commits: AsyncIterable<readonly Commit[]>): Promise<void>;
  /**
   * Names the history of a url; a name that stood for another url changes over.
   * `full` where the name is new and `maxProjects` others exist, `no_history` where none of that url is kept.
   */
  saveProject(request: {
    readonly name: string;
    readonly url: string;
    readonly maxProjects: number;
  }): Promise<SavedProject | 'full' | 'no_history'>;
  /**
   * Keeps a name for a url that has no history yet; does nothing where the name is taken.
   * `full` where the name is new and `maxProjects` others exist.
   */
  reserveProject(request: {
    readonly name: string;
    readonly url: string;
    readonly maxProjects: number;
  }): Promise<'reserved' | 'taken' | 'full'>;
  /** Keeps that fetching a url failed at that time, in epoch seconds; does nothing where no project has that url. */
  saveFailure(url: string, failedAt: number): Promise<void>;
  /** Removes a project, and gives its url; undefined where there is none of that name. Its history stays. */
  removeProject(name: string): Promise<string | undefined>;
  /** Removes the history of a url unless a project names it; whether it is gone (or never was). */
  dropHistory(url: string): Promise<boolean>;
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
   * @throws DomainError `busy` where too much runs already
   */
  share(
    key: string,
    work: (signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Runs short work for a key that nobody else works for, however much runs; else does nothing. */
  whenIdle(key: string, work: () => Promise<void>): Promise<void>;
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
  /** Everything counted, and how these projects are now, in the Prometheus text format. */
  exposition(
    projects: readonly Project[],
  ): Promise<{ readonly type: string; readonly text: string }>;
}

/** Everything a use-case can ask of the world; each asks for the ports it uses. */
export interface Ports {
  readonly git: GitPort;
  readonly store: StorePort;
  readonly queue: QueuePort;
  readonly cache: CachePort;
  readonly metrics: MetricsPort;
}
