import { setImmediate } from 'node:timers/promises';
import { commitMatcher, isByDate } from '../../domain/find-commits.ts';
import {
  mostNamesakes,
  type Commit,
  type CommitFilter,
  type Edge,
  type FoundCommits,
} from '../../domain/index.ts';
import type { Commits } from './gather.ts';

/** Looking at this many commits takes a millisecond or two. */
const stepSize = 2000;

interface Found {
  readonly commit: Commit;
  /** How many commits stand lower. */
  readonly position: number;
}

interface Query {
  readonly filter: CommitFilter;
  readonly from?: Edge;
  readonly limit: number;
}

/** A page of the commits that fit, of those that are reachable from the edge's tip. */
export async function searchCommits(
  all: Commits,
  tip: string,
  { filter, from, limit }: Query,
): Promise<Omit<FoundCommits, 'project'>> {
  const ours = from === undefined ? all : all.slice(all.length - from.commits);
  const found = await fitting(ours, filter);
  const start = startOf(found, { filter, ...(from && { from }), limit });
  const page = found.slice(start, start + limit);
  const edge = (hit: Found | undefined, side: Edge['side']): Edge | null =>
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
    next: start + limit < found.length ? edge(page.at(-1), 'after') : null,
    previous: start > 0 ? first : null,
  };
}

async function fitting(commits: Commits, filter: CommitFilter): Promise<readonly Found[]> {
  const fits = commitMatcher(filter);
  const found: Found[] = [];
  let parent = commits[0]?.sha;
  for (const [index, commit] of commits.entries()) {
    if (index % stepSize === stepSize - 1) await setImmediate();
    if (filter.firstParent === true) {
      // On the way down the first parents come in the order of the list.
      if (commit.sha !== parent) continue;
      [parent] = commit.parents;
    }
    if (fits(commit)) found.push({ commit, position: commits.length - 1 - index });
  }
  return isByDate(filter) ? found.toSorted((a, b) => -compare(a, b)) : found;
}

function startOf(found: readonly Found[], { filter, from, limit }: Query): number {
  if (from === undefined) return 0;
  const isBefore = ({ commit, position }: Found) =>
    isByDate(filter)
      ? compare({ commit, position }, { commit: from, position: from.position }) > 0
      : position > from.position;
  const before = found.filter(isBefore).length;
  if (from.side === 'before') return Math.max(0, before - limit);
  const isEdge = found[before]?.position === from.position;
  return isEdge ? before + 1 : before;
}

interface Dated {
  readonly commit: Pick<Commit, 'committedAt'>;
  readonly position: number;
}

function compare(a: Dated, b: Dated): number {
  return (a.commit.committedAt ?? -1) - (b.commit.committedAt ?? -1) || a.position - b.position;
}

/** The commits whose object names begin so, by name. */
export function lookUp(commits: Commits, prefix: string): readonly Commit[] {
  return commits
    .filter(({ sha }) => sha.startsWith(prefix))
    .toSorted((a, b) => (a.sha < b.sha ? -1 : 1))
    .slice(0, mostNamesakes);
}
