import type { Commit } from './commit.ts';
import type { CommitFilter } from './store-port.ts';

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
