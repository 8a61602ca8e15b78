import {
  historyMoved,
  maxCountedDays,
  type CommitCounts,
  type CommitFilter,
  type SearchCursor,
  type FoundCommits,
  type Project,
} from '../../domain/index.ts';
import { countTogether, mostPageBytes } from '../../domain/history/find-commits.ts';
import type { Counted, DateKey } from './count.ts';
import type { SearchStep } from './read.ts';
import type { Hit } from './search.ts';

interface Query {
  readonly filter: CommitFilter;
  readonly from?: SearchCursor;
  readonly limit: number;
}

type Look = (query: {
  readonly filter: CommitFilter;
  readonly from: SearchCursor | undefined;
  readonly limit: number;
}) => Promise<SearchStep | 'moved' | undefined>;

type At = Pick<SearchCursor, 'tip' | 'commits'>;

/**
 * Looks for commits step by step.
 * @param pause is awaited between two steps
 */
export async function findCommits(
  look: Look,
  { filter, from, limit }: Query,
  pause: () => Promise<void>,
): Promise<FoundCommits | 'moved' | undefined> {
  // Parents can be followed downwards only, so a page above an edge is what comes last on the way to it.
  const upwards = from?.side === 'before' && filter.firstParent === true ? from : undefined;
  let edge = upwards === undefined ? from : undefined;
  let at: At | undefined = from;
  let hits: readonly PlacedHit[] = [];
  /** How many of them the page holds. */
  let held = limit;
  let project: Project | undefined;
  for (;;) {
    const found = await look({
      filter,
      from: edge,
      limit: held + 1 - (upwards ? 0 : hits.length),
    });
    if (found === undefined) return undefined;
    // Nothing is left of it where its name has come to stand for another url, whose history is still to come.
    if (found === 'moved' || (project !== undefined && found.project.tip === null)) {
      if (from === undefined) throw historyMoved();
      return 'moved';
    }
    const { root, step } = found;
    // It may have grown since: what has come on top of it is not looked through.
    project ??= found.project;
    const { tip } = project;
    if (tip === null) return { project, commits: [], first: null, next: null, previous: null };
    at ??= { tip, commits: project.commits };
    if (upwards !== undefined && at.tip !== tip) return 'moved';
    const placed = step.hits.map((hit) => ({ ...hit, position: hit.pos - root }));
    hits = [...hits, ...placed.filter(({ position }) => position > (upwards?.position ?? -1))];
    held = countHeld(upwards === undefined ? hits : hits.toReversed(), limit);
    if (upwards !== undefined) hits = hits.slice(-held - 1);
    const enough =
      upwards === undefined
        ? hits.length > held
        : placed.length > 0 && hits.at(-1) !== placed.at(-1);
    if (step.next === undefined || enough) {
      return from?.side === 'before' && hits.length < held
        ? findCommits(look, { filter, limit }, pause)
        : toPage(project, { hits: upwards ? hits.toReversed() : hits, at, from, limit: held });
    }
    edge = {
      ...at,
      position: step.next.pos - root,
      committedAt: step.next.committed,
      side: step.next.side,
    };
    await pause();
  }
}

type PlacedHit = Hit & { readonly position: number };

function countHeld(hits: readonly PlacedHit[], limit: number): number {
  const commits = hits.map(({ commit }) => commit);
  return countTogether(commits, limit, mostPageBytes);
}

/** @param found hits, nearest to the edge they were looked for from first, and one more than the page holds if there is one */
function toPage(
  project: Project,
  found: {
    readonly hits: readonly PlacedHit[];
    readonly at: At;
    readonly from: SearchCursor | undefined;
    readonly limit: number;
  },
): FoundCommits {
  const { hits, at, from, limit } = found;
  const { tip, commits } = at;
  const up = from?.side === 'before';
  const page = up ? hits.slice(0, limit).toReversed() : hits.slice(0, limit);
  const edge = (hit: PlacedHit | undefined, side: SearchCursor['side']): SearchCursor | null =>
    hit === undefined
      ? null
      : { tip, commits, position: hit.position, committedAt: hit.commit.committedAt, side };
  const more = hits.length > limit;
  const first = edge(page[0], 'before');
  return {
    project,
    commits: page.map(({ commit }) => commit),
    first,
    next: up || more ? edge(page.at(-1), 'after') : null,
    previous: (up ? more : from !== undefined) ? first : null,
  };
}

/** Counts step by step, likewise; gives up where commits are of more days than an answer may have. */
export async function countAll(
  count: (after: DateKey | undefined) => Promise<Counted>,
  pause: () => Promise<void>,
): Promise<CommitCounts | 'too_many_days'> {
  const days = new Map<number, number>();
  const hours = Array.from({ length: 24 }, () => 0);
  for (let after: DateKey | undefined; ;) {
    const counted = await count(after);
    for (const { day, commits } of counted.days) days.set(day, (days.get(day) ?? 0) + commits);
    if (days.size > maxCountedDays) return 'too_many_days';
    for (const { hour, commits } of counted.hours) hours[hour] = (hours[hour] ?? 0) + commits;
    after = counted.next;
    if (after === undefined) break;
    await pause();
  }
  return { days: [...days].map(([day, commits]) => ({ day, commits })), hours };
}
