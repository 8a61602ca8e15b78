import type { Commit } from '../../domain/commit.ts';
import { DomainError, type ErrorCode } from '../../domain/errors.ts';
import type {
  CommitDetails,
  Difference,
  Fetched,
  FetchFailed,
  GitPort,
  Progress,
  MaintenanceResult,
} from '../../domain/ports/git-port.ts';
import type { UpstreamRules } from '../egress/upstream.ts';
import type { Credential } from './credential.ts';
import { UnusableGit } from './open-git.ts';

/** What the git worker is told first. */
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

/** What the git worker can be asked to do. All of it travels as JSON. */
export interface Calls {
  check: (argument: object) => Checked;
  fetch: (argument: Remote & { readonly tellsProgress: boolean }) => Fetched | FetchFailed;
  /** Begins to read a history, under a number of the caller's. */
  openLog: (argument: LogArgument) => void;
  /** The next commits of a history; none where that was all. */
  next: (argument: { readonly log: number }) => readonly Commit[] | undefined;
  /** Ends reading, however far it came. */
  closeLog: (argument: { readonly log: number }) => void;
  difference: (argument: {
    readonly url: string;
    readonly from: string;
    readonly to: string;
  }) => Difference | undefined;
  details: (argument: { readonly url: string; readonly sha: string }) => CommitDetails;
  tend: (argument: Remote) => MaintenanceResult;
  forget: (argument: { readonly url: string }) => void;
  clear: (argument: { readonly urls: readonly string[] }) => void;
  close: (argument: object) => void;
}

/** What git is on this machine: its version, and which limits do not hold, in one sentence. */
export interface Checked {
  readonly version: string;
  readonly warning?: string | undefined;
}

interface LogArgument extends Omit<Parameters<GitPort['log']>[0], 'signal'> {
  readonly log: number;
}

interface Remote {
  readonly url: string;
  readonly credential?: Credential | undefined;
}

/**
 * What the worker is told: its settings first, that it is to watch the server, and whatever else by the number of a call, which it may be told to end. A ping
 * it answers whatever it does.
 */
export type Request =
  | { readonly settings: WorkerSettings }
  | { readonly ping: true }
  | { readonly watch: true }
  | { readonly id: number; readonly call: keyof Calls; readonly argument: object }
  | { readonly id: number; readonly end: true };

/** What the worker tells of a call; the last is its value or an error. */
export type Answer<Value = unknown> =
  | { readonly pong: true }
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly value: Value }
  | { readonly id: number; readonly error: SerializedError };

/** An error with all that an answer or the log needs of it. */
type SerializedError =
  | { readonly code: ErrorCode; readonly message: string; readonly cause?: string | undefined }
  | { readonly unusable: string }
  | { readonly unexpected: Unexpected };

/** What a log and the command line want to know of any other error; those of the system carry more than words. */
interface Unexpected {
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
}

export function serializeError(error: unknown): SerializedError {
  if (error instanceof DomainError) {
    return { code: error.code, message: error.message, cause: wordsOf(error.cause) };
  }
  if (error instanceof UnusableGit) return { unusable: error.message };
  return { unexpected: error instanceof Error ? shown(error) : { message: String(error) } };
}

function shown(error: NodeJS.ErrnoException): Unexpected {
  const { message, stack, code, syscall } = error;
  return { message, stack, code, syscall };
}

export function deserializeError(told: SerializedError): Error {
  if ('unusable' in told) return new UnusableGit(told.unusable);
  if ('unexpected' in told) return Object.assign(new Error(), told.unexpected);
  return new DomainError(told.code, told.message, { cause: told.cause });
}

/** What an error and those that it came from say. */
function wordsOf(cause: unknown): string | undefined {
  if (typeof cause === 'string') return cause;
  if (!(cause instanceof Error)) return undefined;
  return [cause.message, wordsOf(cause.cause)].filter(Boolean).join(': ');
}
