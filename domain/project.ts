import type { Activity } from './history/activity.ts';
import { DomainError, type FetchFailure } from './errors.ts';

/** `pending` until its first history is there, then `up` or, where the last attempt to fetch it failed, `failing`. */
export type ProjectState = 'pending' | 'up' | 'failing';

/** A named repository and what is known of its history. */
export interface Project {
  readonly name: string;
  /** When it was added under that name, in epoch seconds; null where that was before this was kept. */
  readonly addedAt: number | null;
  /** The repository's url, as {@link parseRepositoryUrl} returns it. */
  readonly url: string;
  readonly state: ProjectState;
  /** How many commits are reachable from `tip`. */
  readonly commits: number;
  /** The commit the remote's HEAD names; null for an empty repository. */
  readonly tip: string | null;
  /** The branch the remote's HEAD names, without `refs/heads/`; null where HEAD is detached or names none that exists. */
  readonly defaultBranch: string | null;
  /** Committer date of `tip` in epoch seconds; null where there is none to use. */
  readonly tipCommittedAt: number | null;
  /** When its remote was last asked, in epoch seconds; null before the first time. */
  readonly lastAttemptAt: number | null;
  /** When that last brought the history up to date, in epoch seconds; null while `pending`. */
  readonly lastSuccessAt: number | null;
  /** What became of the last attempt; null before the first one. */
  readonly lastOutcome: 'ok' | FetchFailure | null;
  /** How many attempts have failed since the last success. */
  readonly failures: number;
  /** When the tip last became another one, as far as this server saw it, in epoch seconds; null while `pending`. */
  readonly tipChangedAt: number | null;
  /** When the remote is to be asked again, in epoch seconds. */
  readonly nextRefreshAt: number;
  /** As of the last attempt that succeeded; null while `pending`. */
  readonly activity: Activity | null;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Checks a project's name.
 * @throws DomainError `bad_name`
 */
export function parseProjectName(text: string): string {
  if (namePattern.test(text)) return text;
  throw new DomainError(
    'bad_name',
    'A project name is 1 to 100 letters, digits, dots, underscores or hyphens and begins with a letter or digit.',
  );
}

/** Longest accepted url, in characters; git and most servers refuse longer ones anyway. */
export const urlLimit = 2048;

/**
 * Checks a repository url and returns its one spelling, `new URL(text).href`, the only form given to git.
 * Surrounding white space is dropped first.
 * @throws DomainError `bad_url`, whose message names the rule
 */
export function parseRepositoryUrl(text: string): string {
  const trimmed = text.trim();
  const refuse = (rule: string) => new DomainError('bad_url', rule);
  if (trimmed === '') throw refuse('Send the http or https url of a git repository.');
  if (trimmed.length > urlLimit)
    throw refuse(`A repository url has at most ${urlLimit} characters.`);
  if (!/^https?:\/\/[^/]/i.test(trimmed))
    throw refuse('A repository url begins with http:// or https:// and a host.');
  // The URL parser drops tabs and line breaks silently and takes a backslash for a slash: refuse what it would hide.
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f-\u009f\\]/u.test(trimmed))
    throw refuse(
      'A repository url holds no spaces, control characters or backslashes; write a space as %20.',
    );
  if (!URL.canParse(trimmed))
    throw refuse('That is not a url a browser would understand; check host and port.');
  const url = new URL(trimmed);
  if (url.username !== '' || url.password !== '')
    throw refuse(
      'A repository url carries no user name or password; put them into the file that CREDENTIALS_FILE names.',
    );
  if (url.hash !== '')
    throw refuse('A repository url has no fragment; leave out what follows the #.');
  return url.href;
}
