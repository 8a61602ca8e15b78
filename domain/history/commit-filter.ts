import type { Commit } from '../commit.ts';
import type { CommitFilter } from '../ports/commit-store.ts';

/** How many commits are given at most that have the same beginning of a name. */
export const maxPrefixMatches = 10;

/** Whether a commit fits a filter, apart from `firstParent`, which no commit alone can tell. */
export function commitMatcher({ author, since, until, text }: CommitFilter) {
  const lowerCase = text?.toLowerCase();
  return ({ author: name, committedAt, message }: Commit): boolean =>
    (author === undefined || name === author) &&
    (since === undefined || (committedAt !== null && committedAt >= since)) &&
    (until === undefined || (committedAt !== null && committedAt < until)) &&
    (lowerCase === undefined || message.toLowerCase().includes(lowerCase));
}

/**
 * Whether what a filter finds is ordered by committer date, and not as `git log` orders: where a date alone, or with an
 * author, leads to it.
 */
export function isByDate({ since, until, text, firstParent }: CommitFilter): boolean {
  return (since ?? until) !== undefined && text === undefined && firstParent !== true;
}
