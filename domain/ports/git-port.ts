import type { Commit } from '../commit.ts';
import type { FetchFailure } from '../errors.ts';

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
  /** The message after its subject, trailers included; the first megabyte of the message. */
  readonly body: string;
  readonly authorEmail: string;
  readonly committer: string;
  readonly committerEmail: string;
  /** The first 200; none of a message of more than a megabyte, at whose end they stand. */
  readonly trailers: readonly { readonly key: string; readonly value: string }[];
  /** Whether it carries a signature; nobody has checked it. */
  readonly signed: boolean;
}

/** What lies between two tips of one history. */
export interface Difference {
  /** Reachable from the new tip and not from the old one, in any order. */
  readonly fresh: readonly Commit[];
  /** Object names of those reachable from the old tip and not from the new one. */
  readonly lost: readonly string[];
}

/** What came of tending a mirror; the seconds are those of the work, without the wait for other mirrors. */
export type MaintenanceResult =
  | { readonly outcome: 'nothing' }
  | {
      readonly outcome: 'repacked' | 'failed';
      readonly seconds: number;
      /** What the remote sent where it had to be made anew. */
      readonly fetched?: Pick<Fetched, 'filter' | 'receivedBytes'>;
    };

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
   * @throws DomainError `internal` where it cannot be read, `timeout` where that takes longer than 10 seconds, `busy` where too
   * many are read; the reason of the signal, which ends it
   */
  details(request: {
    readonly url: string;
    readonly sha: string;
    readonly signal?: AbortSignal;
  }): Promise<CommitDetails>;
  /**
   * Keeps the mirror of `url` small and quick; to be called, apart from everything else, after it has changed. What goes
   * wrong is `failed`; what comes while another call for it waits is done with that one, and is `nothing`.
   */
  maintain(url: string): Promise<MaintenanceResult>;
  /** Removes the mirror of `url`, if there is one. */
  forget(url: string): Promise<void>;
}
