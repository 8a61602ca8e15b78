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

/** Keeps bytes that take longer to make than to send. */
export interface CachePort {
  /**
   * What is kept under `key`, or else what `make` brings, made once however many ask meanwhile. Bytes of one key are
   * always the same, so they never have to be thrown away for another reason than room.
   * @param make gets a signal that aborts when the signal of everybody has who waits for it
   * @returns undefined where that is more than can be kept; it is then not made to the end, nor tried again soon. Also
   * undefined where nothing more may be kept now
   */
  bytes(
    key: string,
    make: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
    options?: {
      /** How many they will be at least, so that far too many are not gathered first; 0 where absent. */
      readonly expected?: number | undefined;
      /** Whoever waits; rejects with the reason of the signal, which is asked for only where bytes have to be made. */
      readonly reader?: { readonly signal: AbortSignal };
    },
  ): Promise<Uint8Array | undefined>;
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
   * Begins a job, and its work before it returns, or gives the one that already does the same for that project and url and
   * is the last that was begun for it.
   * @throws DomainError `busy` where very many run
   */
  begin(
    wanted: {
      /** A refresh leaves a project that is gone as it is, so that it cannot stand for an add. */
      readonly what: 'add' | 'refresh';
      readonly project: string;
      readonly url: string;
      /** Where the client comes from, as far as known: each has a share of what may run. */
      readonly source?: string | undefined;
    },
    work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<unknown>,
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
  | { readonly type: 'tip' | 'state'; readonly data: ProjectNews }
  | { readonly type: 'removed'; readonly data: Pick<ProjectNews, 'project'> }
  /** Passes by: whoever was not there need not be told later. */
  | {
      readonly type: 'refreshing';
      readonly data: Pick<ProjectNews, 'project'> & { readonly refreshing: boolean };
    };

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
  /** The process that runs git. */
  readonly gitWorker: {
    /** Whether it answers just now. */
    readonly isUp: boolean;
    /** How many were started in the place of one that ended or hung. */
    readonly restarts: number;
  };
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
