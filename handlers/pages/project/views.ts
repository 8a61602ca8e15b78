import type {
  AuthorCounts,
  Commit,
  CommitDetails,
  LostCommit,
  Project,
  Rewrite,
} from '../../../domain/index.ts';
import type { Day } from './by-day.ts';
import type { FieldErrors, FilterFields } from './filter-form.ts';
import type { Week } from './activity.ts';

/** What every page of a project shows of it. */
export interface ProjectHead extends Pick<
  Project,
  'name' | 'url' | 'defaultBranch' | 'tip' | 'tipCommittedAt' | 'commits'
> {
  /** How many people wrote what was committed in the last 30 days. */
  readonly authors: number;
  /** Why the repository could not be fetched the last time; null where it could. */
  readonly trouble: Trouble | null;
}

export interface Trouble {
  readonly title: string;
  /** What went wrong and what to do. */
  readonly advice: string;
  /** When it was last fetched, in epoch seconds. */
  readonly since: number | null;
}

/** A page of the commits of a project, all of them or those that were looked for. */
export interface ProjectPage {
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

/** Who wrote the commits of a project. */
export interface AuthorsView extends AuthorCounts {
  readonly project: ProjectHead;
}

/** What forced pushes and the like took away. */
export interface RewritesView {
  readonly project: ProjectHead;
  /** Newest first. */
  readonly rewrites: readonly RewriteRow[];
  /** How many there have been. */
  readonly total: number;
  /** The rewrite that was asked for, and the commits it lost. */
  readonly opened: (Rewrite & { readonly commits: readonly LostCommit[] }) | null;
}

interface RewriteRow extends Rewrite {
  /** The path of what it lost; null where that is not kept. */
  readonly path: string | null;
  readonly isOpen: boolean;
}

/** All that a commit says. */
export interface CommitView {
  readonly project: Pick<Project, 'name' | 'url'>;
  readonly commit: Commit;
  readonly details: CommitDetails;
}

/** Commits whose names begin alike. */
export interface NamesakesView {
  readonly project: Pick<Project, 'name' | 'url'>;
  readonly prefix: string;
  readonly title: string;
  readonly commits: readonly Commit[];
}
