import {
  projectFits,
  projectOrder,
  yearSeenAt,
  type ListedProject,
  type Project,
  type ProjectColumn,
} from '../../domain/index.ts';

/** Which projects are shown, and how. */
export interface OverviewQuery {
  /** What is looked for; empty for all. */
  readonly q: string;
  readonly sort: ProjectColumn;
  readonly order: 'asc' | 'desc';
}

/** A project in the table. */
export interface OverviewRow extends ListedProject, Pick<Project, 'tip' | 'lastSuccessAt'> {
  readonly isRefreshing: boolean;
  /** Commits of each of a year's weeks, the last the present one; empty where they are not known. */
  readonly weeks: readonly number[];
}

/**
 * A project as it is now, in epoch seconds.
 * @param trouble what went wrong the last time, in a few words
 */
export function rowOf(
  project: Project,
  {
    isRefreshing,
    trouble,
    now,
  }: { readonly isRefreshing: boolean; readonly trouble: string | null; readonly now: number },
): OverviewRow {
  const { name, url, state, commits, tip, tipCommittedAt, lastSuccessAt, activity } = project;
  const { host } = new URL(url);
  return {
    name,
    url,
    host,
    state,
    isRefreshing,
    trouble,
    commits,
    tip,
    tipCommittedAt,
    lastSuccessAt,
    authors: activity?.authors.d30 ?? null,
    weeks: activity === null ? [] : yearSeenAt(now, activity.weeks, lastSuccessAt ?? now),
    nextAt: project.nextRefreshAt,
  };
}

/** The rows that have every word that is looked for, in order; those without a value come last in either. */
export function arrange(
  rows: readonly OverviewRow[],
  { q, sort, order }: OverviewQuery,
): readonly OverviewRow[] {
  return rows.filter((row) => projectFits(row, q)).toSorted(projectOrder(sort, order));
}
