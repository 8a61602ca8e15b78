import type { Commit } from '../../domain/commit.ts';
import type { GitPort } from '../../domain/ports/git-port.ts';
import type { UpstreamRules } from '../egress/upstream.ts';
import type { MethodName, RpcRequest, RpcResponse } from '../rpc/messages.ts';
import type { Credential } from './credential.ts';

/** What the git worker is sent first. */
export interface WorkerSettings {
  /** Absolute path of the directory in which `mirrors/` and `tmp/` are. */
  readonly directory: string;
  /** Where git and prlimit are looked for, as in `PATH`. */
  readonly path: string;
  /** The networks that may be reached beside public ones. */
  readonly allowedNetworks: readonly string[] | 'every';
  readonly upstream: UpstreamRules;
  readonly maxBytes: number;
  /** Bytes of the disk that a fetch leaves free; none when absent. */
  readonly minFreeBytes?: number;
  readonly maxCommits: number;
  /** How long a fetch that nobody has asked for may take, in seconds. */
  readonly timeoutSeconds?: number | undefined;
  readonly caFile?: string | undefined;
  /** Whether the mirrors are of use to a later server. */
  readonly keepsMirrors: boolean;
}

/**
 * The methods of the git worker, whose arguments and results are sent as JSON: those of the port, but for a log, which is
 * read batch by batch, and for what talks to a remote, which gets a credential; and its own.
 */
export interface GitWorkerMethods
  extends Omit<GitPort, 'log' | 'fetch' | 'maintain'>, LogMethods, OwnMethods {
  fetch(request: Parameters<GitPort['fetch']>[0] & Authorized): ReturnType<GitPort['fetch']>;
  maintain(request: { readonly url: string } & Authorized): ReturnType<GitPort['maintain']>;
}

/** For the remote of the url, where it asks for one. */
interface Authorized {
  readonly credential: Credential | undefined;
}

/** Reads histories, each under a number of the caller's. */
export interface LogMethods {
  openLog(request: Parameters<GitPort['log']>[0] & LogNumber): Promise<void>;
  /** The next commits of a history; undefined where that was all. */
  readLog(
    request: LogNumber & { readonly signal?: AbortSignal },
  ): Promise<readonly Commit[] | undefined>;
  /** Ends reading, however far it came. */
  closeLog(request: LogNumber): Promise<void>;
}

interface LogNumber {
  readonly log: number;
}

interface OwnMethods {
  check(): Promise<CheckedGit>;
  /** Removes what is left over of earlier fetches, and every mirror but those of these urls. */
  clear(urls: readonly string[]): Promise<void>;
  /** Kills every git and removes what is of no use to a later server. */
  close(): Promise<void>;
}

/** What git is on this machine: its version, and which limits do not hold, in one sentence. */
export interface CheckedGit {
  readonly version: string;
  readonly warning?: string | undefined;
}

/**
 * What the worker is sent: its settings first, then calls. A ping it answers whatever it does; `watch` has it kill the server,
 * which tells its number, where that hangs.
 */
export type WorkerRequest =
  | { readonly settings: WorkerSettings }
  | { readonly ping: true }
  | { readonly watch: number }
  | RpcRequest<MethodName<GitWorkerMethods>>;

export type WorkerResponse<Value = unknown> = { readonly pong: true } | RpcResponse<Value>;
