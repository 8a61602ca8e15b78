import { historyMoved } from '../errors.ts';
import type { FoundCommits, SearchCursor } from '../ports/commit-store.ts';
import type { Project } from '../project.ts';
import { countWithinBytes, maxPageBytes } from './page-bytes.ts';
import type { Hit, SearchQuery, SearchRows } from './search-rows.ts';

type HistoryTip = Pick<SearchCursor, 'tip' | 'commits'>;

/**
 * Finds a page of commits step by step.
 * @param pause is awaited between two steps
 */
export async function findCommits(
  search: SearchRows,
  { filter, from, limit }: SearchQuery,
  pause: () => Promise<void>,
): Promise<FoundCommits | 'moved' | undefined> {
  // Parents can be followed downwards only, so a page above a cursor is what comes last on the way to it.
  const upwards = from?.side === 'before' && filter.firstParent === true ? from : undefined;
  let cursor = upwards === undefined ? from : undefined;
  let at: HistoryTip | undefined = from;
  let hits: readonly Hit[] = [];
  /** How many of them the page holds. */
  let held = limit;
  let project: Project | undefined;
  for (;;) {
    const step = await search({
      filter,
      from: cursor,
      limit: held + 1 - (upwards ? 0 : hits.length),
    });
    if (step === undefined) return undefined;
    // Nothing is left of it where its name has come to stand for another url, whose history is still to come.
    if (step === 'moved' || (project !== undefined && step.project.tip === null)) {
      if (from === undefined) throw historyMoved();
      return 'moved';
    }
    // It may have grown since: what has come on top of it is not looked through.
    project ??= step.project;
    const { tip } = project;
    if (tip === null) return { project, commits: [], first: null, next: null, previous: null };
    at ??= { tip, commits: project.commits };
    if (upwards !== undefined && at.tip !== tip) return 'moved';
    hits = [...hits, ...step.hits.filter(({ position }) => position > (upwards?.position ?? -1))];
    held = countHeld(upwards === undefined ? hits : hits.toReversed(), limit);
    if (upwards !== undefined) hits = hits.slice(-held - 1);
    const isEnough =
      upwards === undefined
        ? hits.length > held
        : step.hits.length > 0 && hits.at(-1) !== step.hits.at(-1);
    if (step.next === undefined || isEnough) {
      return from?.side === 'before' && hits.length < held
        ? findCommits(search, { filter, limit }, pause)
        : toPage(project, { hits: upwards ? hits.toReversed() : hits, at, from, limit: held });
    }
    cursor = { ...at, ...step.next };
    await pause();
  }
}

function countHeld(hits: readonly Hit[], limit: number): number {
  const commits = hits.map(({ commit }) => commit);
  return countWithinBytes(commits, limit, maxPageBytes);
}

/** @param found hits, nearest to the cursor they were looked for from first, and one more than the page holds if there is one */
function toPage(
  project: Project,
  found: {
    readonly hits: readonly Hit[];
    readonly at: HistoryTip;
    readonly from: SearchCursor | undefined;
    readonly limit: number;
  },
): FoundCommits {
  const { hits, at, from, limit } = found;
  const up = from?.side === 'before';
  const page = up ? hits.slice(0, limit).toReversed() : hits.slice(0, limit);
  const cursorAt = (hit: Hit | undefined, side: SearchCursor['side']): SearchCursor | null =>
    hit === undefined
      ? null
      : { ...at, position: hit.position, committedAt: hit.commit.committedAt, side };
  const more = hits.length > limit;
  const first = cursorAt(page[0], 'before');
  return {
    project,
    commits: page.map(({ commit }) => commit),
    first,
    next: up || more ? cursorAt(page.at(-1), 'after') : null,
    previous: (up ? more : from !== undefined) ? first : null,
  };
}
