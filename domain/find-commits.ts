import type { Commit } from './commit.ts';
import type { CommitFilter } from './store-port.ts';

/** A page of commits ends with the one that reaches this many stored bytes: thousands of parents take megabytes. */
export const mostPageBytes = 1024 * 1024;

/** A batch of a whole history, likewise: making it into text takes a few milliseconds. */
export const mostBatchBytes = 256 * 1024;

/** What of a commit takes bytes that somebody chooses. */
type StoredText = Pick<Commit, 'sha' | 'author' | 'message'> & Partial<Pick<Commit, 'parents'>>;

/** About how many bytes what a commit says takes where it is kept, apart from what every commit has. */
export function storedBytes({ sha, parents = [], author, message }: StoredText): number {
  return (parents.length * sha.length) / 2 + author.length + message.length;
}

/** How many of these commits are shown together: as many as `limit` says, or fewer where they reach so many bytes. */
export function countTogether(
  commits: Iterable<StoredText>,
  limit: number,
  mostBytes: number,
): number {
  let count = 0;
  let bytes = 0;
  for (const commit of commits) {
    count++;
    bytes += storedBytes(commit);
    if (bytes >= mostBytes) return Math.min(count, limit);
  }
  return limit;
}

/** Whether a commit fits a filter, apart from `firstParent`, which no commit alone can tell. */
export function commitMatcher({ author, since, until, text }: CommitFilter) {
  const wanted = text?.toLowerCase();
  return ({ author: name, committedAt, message }: Commit): boolean =>
    (author === undefined || name === author) &&
    (since === undefined || (committedAt !== null && committedAt >= since)) &&
    (until === undefined || (committedAt !== null && committedAt < until)) &&
    (wanted === undefined || message.toLowerCase().includes(wanted));
}

/**
 * Whether what a filter finds is ordered by committer date, and not as `git log` orders: where a date alone, or with an
 * author, leads to it.
 */
export function isByDate({ since, until, text, firstParent }: CommitFilter): boolean {
  return (since ?? until) !== undefined && text === undefined && firstParent !== true;
}
