import type { Job, Ports as UseCasePorts, Progress } from '../../domain/index.ts';

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

/** Everything a handler can ask of the world: what use-cases need, and what only handlers do. */
export interface Ports extends UseCasePorts {
  readonly cache: CachePort;
  readonly jobs: JobsPort;
  readonly status: StatusPort;
}
