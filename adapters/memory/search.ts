import {
  commitMatcher,
  countTogether,
  isByDate,
  mostPageBytes,
} from '../../domain/history/find-commits.ts';
import {
  maxPrefixMatches,
  type Commit,
  type CommitFilter,
  type SearchCursor,
  type FoundCommits,
} from '../../domain/index.ts';
import type { Commits } from './gather.ts';
import { keepFirst, visitInSteps } from './in-steps.ts';

interface Found {
  readonly commit: Commit;
  /** How many commits stand lower. */
  readonly position: number;
}

interface Query {
  readonly filter: CommitFilter;
  readonly from?: SearchCursor;
  readonly limit: number;
}

/**
 * A page of the commits that fit, of those that are reachable from the edge's tip.
 * @param next is awaited between two steps
 */
export async function searchCommits(
  all: Commits,
  tip: string,
  query: Query,
  next: () => Promise<void>,
): Promise<Omit<FoundCommits, 'project'>> {
  const { from } = query;
  const ours = from === undefined ? all : all.slice(all.length - from.commits);
  const found = await aroundEdge(ours, query, next);
  const { start, end } = pageOf(found, query);
  const page = found.slice(start, end);
  const edge = (hit: Found | undefined, side: SearchCursor['side']): SearchCursor | null =>
    hit === undefined
      ? null
      : {
          tip: from?.tip ?? tip,
          commits: ours.length,
          position: hit.position,
          committedAt: hit.commit.committedAt,
          side,
        };
  const first = edge(page[0], 'before');
  return {
    commits: page.map(({ commit }) => commit),
    first,
    next: end < found.length ? edge(page.at(-1), 'after') : null,
    previous: start > 0 ? first : null,
  };
}

/** Those that fit, in order, as many before the edge and behind it as a page can show and one more. */
async function aroundEdge(
  commits: Commits,
  { filter, from, limit }: Query,
  next: () => Promise<void>,
): Promise<readonly Found[]> {
  const fits = commitMatcher(filter);
  const order = orderOf(filter);
  const before = keepFirst<Found>(limit + 1, (a, b) => order(b, a));
  const behind = keepFirst<Found>(limit + 2, order);
  const edge = from && { commit: from, position: from.position };
  let position = commits.length;
  let parent = commits[0]?.sha;
  await visitInSteps(commits, next, (commit) => {
    position -= 1;
    if (filter.firstParent === true) {
      // On the way down the first parents come in the order of the list.
      if (commit.sha !== parent) return;
      [parent] = commit.parents;
    }
    if (!fits(commit)) return;
    const found = { commit, position };
    if (edge !== undefined && order(found, edge) < 0) before.add(found);
    else behind.add(found);
  });
  return [...before.sorted().toReversed(), ...behind.sorted()];
}

/** Which of what was found the page shows. */
function pageOf(found: readonly Found[], query: Query): { start: number; end: number } {
  const { filter, from, limit } = query;
  const held = (shown: readonly Found[]) =>
    countTogether(
      shown.map(({ commit }) => commit),
      limit,
      mostPageBytes,
    );
  const downwards = (start: number) => ({ start, end: start + held(found.slice(start)) });
  if (from === undefined) return downwards(0);
  const order = orderOf(filter);
  const edge = { commit: from, position: from.position };
  const before = found.filter((each) => order(each, edge) < 0).length;
  if (from.side === 'before') {
    const count = held(found.slice(0, before).toReversed());
    return before < count ? downwards(0) : { start: before - count, end: before };
  }
  const isEdge = found[before]?.position === from.position;
  return downwards(isEdge ? before + 1 : before);
}

interface Placed {
  readonly commit: Pick<Commit, 'committedAt'>;
  readonly position: number;
}

/** Compares what a filter finds by the order in which it is told. */
function orderOf(filter: CommitFilter): (a: Placed, b: Placed) => number {
  if (!isByDate(filter)) return (a, b) => b.position - a.position;
  const dateOf = ({ commit }: Placed) => commit.committedAt ?? -1;
  return (a, b) => dateOf(b) - dateOf(a) || b.position - a.position;
}

/** The commits whose object names begin so, by name. */
export function lookUp(commits: Commits, prefix: string): readonly Commit[] {
  return commits
    .filter(({ sha }) => sha.startsWith(prefix))
    .toSorted((a, b) => (a.sha < b.sha ? -1 : 1))
    .slice(0, maxPrefixMatches);
}
