import type { PageStart } from '../ports/commit-store.ts';
import type { Project } from '../project.ts';
import { isPositionStable, type Reorder } from './reorders.ts';

/**
 * Below how many commits of a history, counted from the root, a page begins: the tip where `from` is undefined.
 * @param readReorders of the history, oldest first; asked only for a place of another tip
 * @returns `moved` where what was there when the place was given out is not there now
 */
export function pageTop(
  from: PageStart | undefined,
  history: Pick<Project, 'tip' | 'commits'>,
  readReorders: () => readonly Reorder[],
): number | 'moved' {
  if (from === undefined) return history.commits;
  return isPositionStable(from, history, readReorders) ? from.commits - from.skip : 'moved';
}
