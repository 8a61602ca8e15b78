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
  await visitInSteps(rows(commits, top - 1, 0), next, (hit) => {
    const isBeyond =
      cursor === undefined ||
      (side === 'after' ? byDate(hit, cursor) > 0 : byDate(hit, cursor) < 0);
    if (isBeyond && fits(hit.commit)) first.add(hit);
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
  const isInList = start < top;
  let parent = isInList
    ? commits[commits.length - 1 - start]?.parents[0]
    : commits[commits.length - top]?.sha;
  const range = side === 'after' ? rows(commits, start - 1, 0) : rows(commits, start + 1, top - 1);
  await visitInSteps(range, next, (hit) => {
    if (filter.firstParent === true) {
      if (hit.commit.sha !== parent) return true;
      [parent] = hit.commit.parents;
    }
    if (fits(hit.commit)) hits.push(hit);
    return hits.length < limit;
  });
  return stepOf(hits, limit, side);
}

/** Commits and their positions, from one position to another one, both included. */
function* rows(commits: Commits, from: number, to: number): Generator<Hit> {
  const direction = from < to ? 1 : -1;
  for (let position = from; (to - position) * direction >= 0; position += direction) {
    const commit = commits[commits.length - 1 - position];
    if (commit !== undefined) yield { commit, position };
  }
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
