import type { PageStart } from '../ports/commit-store.ts';
import type { Project } from '../project.ts';

/** A change of a history, as far as it matters to whoever reads on from an earlier place. */
export interface Reorder {
  /** The tip until then. */
  readonly tipBefore: string;
  /** Commits that stand lower, counted from the root, stayed where they were. */
  readonly lowest: number;
}

/** Reorders that are kept of a history: readers of an older tip begin anew. */
export const keptReorders = 1000;

/**
 * Whether everything below a place is where it was when the place was given out.
 * @param readReorders of the history, oldest first; asked only for a place of another tip
 */
export function isPositionStable(
  place: PageStart,
  history: Pick<Project, 'tip' | 'commits'>,
  readReorders: () => readonly Reorder[],
): boolean {
  if (place.tip === history.tip) return place.commits === history.commits;
  const reorders = readReorders();
  const since = reorders.findLastIndex(({ tipBefore }) => tipBefore === place.tip);
  if (since === -1) return false;
  return reorders.slice(since).every(({ lowest }) => lowest >= place.commits - place.skip);
}

/**
 * How many commits at the end of a stretch stay where they are, counted from the root, when another takes its place on
 * top of the same rest.
 */
export function commonSuffixLength(before: readonly string[], after: readonly string[]): number {
  let count = 0;
  while (
    count < Math.min(before.length, after.length) &&
    before[before.length - 1 - count] === after[after.length - 1 - count]
  ) {
    count++;
  }
  return count;
}
