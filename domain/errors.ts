/**
 * The ways a fetch can fail, a closed list: each is a metric label, a problem type and a log field.
 * `unavailable` is the remote's own 429 or 5xx; an empty repository is no failure.
 */
export const fetchFailures = [
  'dns',
  'connect',
  'tls',
  'auth',
  'not_found',
  'unavailable',
  'timeout',
  'too_large',
  'blocked',
  'protocol',
  'internal',
] as const;

export type FetchFailure = (typeof fetchFailures)[number];

/** Why a use-case said no. The HTTP status of each is chosen in `handlers/contract/problems.ts`. */
export type ErrorCode =
  | 'bad_name'
  | 'bad_url'
  | 'unknown_project'
  | 'pending_project'
  | 'too_many_projects'
  | 'busy'
  | 'store_unavailable'
  | 'git_unavailable'
  | 'no_room'
  | 'history_moved'
  | FetchFailure;

interface DomainErrorOptions extends ErrorOptions {
  readonly retryAfterSeconds?: number | undefined;
  readonly near?: readonly string[];
}

/**
 * An expected refusal or failure. `message` is one sentence for the person who asked, says what to do,
 * and never holds git's own words, a path of the server or a credential; those belong in `cause`.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  /** For how long a remote asked to be left alone, in seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** Names of projects that may have been meant. */
  readonly near: readonly string[];

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.near = options.near ?? [];
  }
}

/** What the person who asked is told, for each code that has one sentence wherever it comes from. */
export const sentences = {
  unknown_project: 'There is no project of that name; / lists them all.',
  pending_project: 'The history of this project has not arrived yet; try again shortly.',
  no_room:
    'The disk of this server is almost full, so nothing is added; free some of it, or lower MIN_FREE_DISK_BYTES.',
  git_unavailable:
    'The process that runs git does not answer just now; it is started again by itself, and what is there can be read.',
  history_moved: 'The history changed while it was read; ask for it again.',

  dns: 'The host name of the url is not known; check its spelling.',
  connect:
    'The host does not accept connections on that port; check host and port, or try again later.',
  tls: 'No secure connection could be made; check that the certificate is valid, or name its authority in CA_FILE.',
  auth: 'The repository is not public; put what it takes into CREDENTIALS_FILE, or use the url of one that can be read without a password.',
  not_found: 'There is no repository at that url; check its path.',
  unavailable: 'The host is too busy or failing just now; try again later.',
  timeout:
    'The repository did not arrive in time; try again later, or raise FETCH_TIMEOUT_SECONDS.',
  too_large:
    'The repository is larger than FETCH_MAX_BYTES or MAX_COMMITS allows; raise it to take this one.',
  blocked:
    'The url leads to an address that is not public; name its network in ALLOWED_NETWORKS to allow it.',
  protocol:
    'The host did not answer as a git server; check that the url is the one you would give to git clone.',
  internal: 'The server could not run git for this; its log says why.',
} as const satisfies Readonly<Partial<Record<ErrorCode, string>>>;

/** No project has the name. */
export function unknownProject(): DomainError {
  return new DomainError('unknown_project', sentences.unknown_project);
}

/** The first fetch of the project has not ended well yet. */
export function pendingProject(): DomainError {
  return new DomainError('pending_project', sentences.pending_project);
}

/** As many fetches that somebody waits for run as may. */
export function tooManyFetches(): DomainError {
  return new DomainError('busy', 'Too many repositories are being fetched; try again shortly.');
}

/** The disk has less room left than is kept free. */
export function noRoom(): DomainError {
  return new DomainError('no_room', sentences.no_room);
}

/** The process that runs git is not there, so that no remote was asked. */
export function gitUnavailable(cause?: unknown): DomainError {
  return new DomainError('git_unavailable', sentences.git_unavailable, { cause });
}

/** Whether it was this server that failed, and neither git nor the remote: its store, or the process that runs git. */
export function isUnavailable(error: unknown): boolean {
  return (
    error instanceof DomainError &&
    (error.code === 'store_unavailable' || error.code === 'git_unavailable')
  );
}

/** What was being read has changed meanwhile, so that a part would be of one state and a part of another. */
export function historyMoved(): DomainError {
  return new DomainError('history_moved', sentences.history_moved);
}

const failures: ReadonlySet<string> = new Set(fetchFailures);

/** Whether a code is the outcome of a fetch, as against a refusal to start one. */
export function isFetchFailure(code: string): code is FetchFailure {
  return failures.has(code);
}
