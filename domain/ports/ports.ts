import type { ErrorCode, FetchFailure } from '../errors.ts';
import type { Fetched, GitPort, Progress } from './git-port.ts';
import type { Project, ProjectState } from '../project.ts';
import type { Change } from './history-store.ts';
import type { StorePort } from './store-port.ts';

/** Whose work it is: each client and each group has a share of what may run at once. */
export interface Share {
  /** Where the client comes from, as far as known. */
  readonly source?: string | undefined;
  /** Works of one group load the same machine. */
  readonly group?: string;
}

/** Lets one piece of work run at a time for each key. */
export interface QueuePort {
  /**
   * Runs works of one key and different tags one after the other, in the order in which they came; those of one tag
   * that come one after another run together. Whoever's signal aborts while they wait rejects with its reason.
   */
  runExclusive<Result>(
    turn: { readonly key: string; readonly tag: string; readonly signal?: AbortSignal | undefined },
    work: () => Promise<Result>,
  ): Promise<Result>;
  /**
   * Joins the work that runs for `key`, or starts this one at once. What a joiner finds afterwards is whatever ran:
   * it looks for the result where the work leaves it. The work's signal aborts when every waiter's has; a waiter
   * whose own signal aborts rejects with its reason at once.
   * @throws DomainError `busy` where too much runs already that somebody waits for, in all or of one share
   */
  singleFlight(
    key: string,
    work: (signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
    share?: Share,
  ): Promise<void>;
  /**
   * Shares a work that nobody waits for when its turn comes: the longest due first, a few at a time, and fewer of one
   * group. Does nothing where the key waits for its turn already.
   * @returns whether it has run
   */
  schedule(
    job: { readonly key: string; readonly group: string; readonly dueAt: number },
    work: (signal: AbortSignal) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<boolean>;
  /**
   * Runs short work for a key that nobody else works for, however much runs. Where scheduled work runs for it, after that,
   * and without letting the caller wait; else does nothing.
   */
  runIfIdle(key: string, work: () => Promise<void>): Promise<void>;
  /** Whether work runs for a key. */
  isRunning(key: string): boolean;
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

/** How a project has just become. */
export interface ProjectNews {
  readonly project: string;
  readonly tip: string | null;
  readonly commits: number;
  readonly state: ProjectState;
}

export type ServerEvent =
  | { readonly type: 'job'; readonly data: Job }
  | { readonly type: 'tip' | 'state'; readonly data: ProjectNews }
  | { readonly type: 'removed'; readonly data: Pick<ProjectNews, 'project'> }
  /** Passes by: whoever was not there need not be told later. */
  | {
      readonly type: 'refreshing';
      readonly data: Pick<ProjectNews, 'project'> & { readonly refreshing: boolean };
    };

/** An event as every listener gets it, the same object for all. One that passes by has no id. */
export type PublishedEvent = ServerEvent & { readonly id: string | null };

/** Tells whoever listens what happens. */
export interface EventsPort {
  publish(event: ServerEvent): void;
  /**
   * Batches of events. The first comes at once, with those after the event of that id as far as they are still known; an
   * empty one comes now and then, so that a listener can find out that its client has left.
   */
  listen(lastId: string | undefined, signal: AbortSignal): AsyncIterable<readonly PublishedEvent[]>;
}

/** Everything a use-case can ask of the world; each asks for the ports it uses. */
export interface Ports {
  readonly git: GitPort;
  readonly store: StorePort;
  readonly queue: QueuePort;
  readonly metrics: MetricsPort;
  readonly events: EventsPort;
}
