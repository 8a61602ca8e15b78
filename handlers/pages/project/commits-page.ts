import { view } from '../view.ts';
import type { Week } from './activity.ts';
import type { Day } from './by-day.ts';
import type { FieldErrors, FilterFields } from './filter-form.ts';
import type { ProjectHead } from './summary.ts';

/** What a page shows of the commits of a project, all of them or those that were looked for. */
export interface CommitsView {
  readonly project: ProjectHead;
  readonly fields: FilterFields;
  readonly errors: FieldErrors;
  readonly days: readonly Day[];
  /** How many commits are on the page. */
  readonly count: number;
  /** Where they are among all; null where only some were looked for. */
  readonly place: {
    /** The position of the first, counted from 1. */
    readonly first: number;
    readonly total: number;
  } | null;
  /** Paths of other pages; null where that is this one, or there is none. */
  readonly newest: string | null;
  readonly newer: string | null;
  readonly older: string | null;
  readonly oldest: string | null;
  /** The path of what is shown, as JSON. */
  readonly data: string;
  /** A year of activity; null where it is not shown. */
  readonly weeks: readonly Week[] | null;
}

export const commitsPage = view<CommitsView>('commits');
