import type { Commit } from '../commit.ts';
import type { CommitFilter, SearchCursor } from '../ports/commit-store.ts';
import type { Project } from '../project.ts';
import { isByDate } from './commit-filter.ts';
import { isPositionStable, type Reorder } from './reorders.ts';

/** A commit that was found, and how many commits of its history stand lower. */
export interface Hit {
  readonly commit: Commit;
  readonly position: number;
}

/** A place between rows: behind (`after`) or before the commit that it names. */
export type SearchKey = Pick<SearchCursor, 'position' | 'committedAt' | 'side'>;

/** What one step of a search found, nearest to its key first. */
export interface SearchStep {
  readonly project: Project;
  readonly hits: readonly Hit[];
  /** Where the next step begins; undefined where all has been looked through. */
  readonly next: SearchKey | undefined;
}

export interface SearchQuery {
  readonly filter: CommitFilter;
  readonly from?: SearchCursor | undefined;
  readonly limit: number;
}

/**
 * What a store has to do for a search: look through its rows from a cursor on, or from the first one, for as long as one
 * step may take. By committer date, latest first, and then by position where {@link isByDate}; else by position,
 * highest first. `moved` where the cursor is not stable ({@link isCursorStable}), undefined where there is no project.
 */
export type SearchRows = (query: SearchQuery) => Promise<SearchStep | 'moved' | undefined>;

/** Whether whatever a search from a cursor on can come to is where it was when the cursor was given out. */
export function isCursorStable(
  cursor: SearchCursor,
  filter: CommitFilter,
  history: Pick<Project, 'tip' | 'commits'>,
  readReorders: () => readonly Reorder[],
): boolean {
  const { commits, position, side } = cursor;
  // Downwards in the order of `git log` nothing above the cursor is looked at again.
  const skip = side === 'after' && !isByDate(filter) ? commits - position - 1 : 0;
  return isPositionStable({ ...cursor, skip }, history, readReorders);
}
