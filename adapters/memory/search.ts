import { commitMatcher, isByDate } from '../../domain/history/commit-filter.ts';
import type { Hit, SearchKey, SearchQuery, SearchStep } from '../../domain/history/search-rows.ts';
import type { Commit } from '../../domain/index.ts';
import type { Commits } from './gather.ts';
import { keepFirst, visitInSteps } from './in-steps.ts';

type Found = Omit<SearchStep, 'project'>;

/**
 * Looks through commits from a cursor on, or from the newest on.
 * @param next is awaited between two steps
 */
export async function searchRows(
  commits: Commits,
  query: SearchQuery,
  next: () => Promise<void>,
): Promise<Found> {
  return isByDate(query.filter)
    ? searchByDate(commits, query, next)
    : searchByPosition(commits, query, next);
}

/** Without an index by date each commit is looked at, and the first in order are kept. */
async function searchByDate(
  commits: Commits,
  { filter, from, limit }: SearchQuery,
  next: () => Promise<void>,
): Promise<Found> {
  const fits = commitMatcher(filter);
  const side = from?.side ?? 'after';
  const order = side === 'after' ? byDate : (a: Hit, b: Hit) => byDate(b, a);
  const first = keepFirst<Hit>(limit, order);
  const cursor = from && { commit: from, position: from.position };
  const top = from?.commits ?? commits.length;
  await visitInSteps(top, next, (position) => {
    const commit = commitAt(commits, position);
    if (commit === undefined || !fits(commit)) return true;
    const hit = { commit, position };
    const isBeyond =
      cursor === undefined ||
      (side === 'after' ? byDate(hit, cursor) > 0 : byDate(hit, cursor) < 0);
    if (isBeyond) first.add(hit);
    return true;
  });
  return stepOf(first.sorted(), limit, side);
}

/** Stops at the commit that makes the page full. On the way down first parents come in the order of the list. */
async function searchByPosition(
  commits: Commits,
  { filter, from, limit }: SearchQuery,
  next: () => Promise<void>,
): Promise<Found> {
  const fits = commitMatcher(filter);
  const side = from?.side ?? 'after';
  const top = from?.commits ?? commits.length;
  const start = from?.position ?? top;
  const hits: Hit[] = [];
  let parent = start < top ? commitAt(commits, start)?.parents[0] : commitAt(commits, top - 1)?.sha;
  const direction = side === 'after' ? -1 : 1;
  const count = side === 'after' ? start : top - start - 1;
  await visitInSteps(count, next, (index) => {
    const position = start + direction * (index + 1);
    const commit = commitAt(commits, position);
    if (commit === undefined) return true;
    if (filter.firstParent === true) {
      if (commit.sha !== parent) return true;
      [parent] = commit.parents;
    }
    if (fits(commit)) hits.push({ commit, position });
    return hits.length < limit;
  });
  return stepOf(hits, limit, side);
}

/** @param position counted from the root, as everywhere; the newest commit comes first in the list */
function commitAt(commits: Commits, position: number): Commit | undefined {
  return commits[commits.length - 1 - position];
}

function stepOf(hits: readonly Hit[], limit: number, side: SearchKey['side']): Found {
  const last = hits.at(-1);
  if (last === undefined || hits.length < limit) return { hits, next: undefined };
  const { commit, position } = last;
  return { hits, next: { position, committedAt: commit.committedAt, side } };
}

interface Dated {
  readonly commit: Pick<Commit, 'committedAt'>;
  readonly position: number;
}

/** Latest first, and of one second the highest first. */
function byDate(a: Dated, b: Dated): number {
  const dateOf = ({ commit }: Dated) => commit.committedAt ?? -1;
  return dateOf(b) - dateOf(a) || b.position - a.position;
}
