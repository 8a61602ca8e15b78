import type { ProjectColumn } from '../../domain/index.ts';
import type { OverviewQuery } from './overview-rows.ts';

/** The head of a column of the table. */
export interface ColumnHead {
  readonly column: ProjectColumn;
  readonly label: string;
  /** Path of the page that is sorted by it. */
  readonly href: string;
  /** How it is sorted at first. */
  readonly usual: 'asc' | 'desc';
  /** How it is sorted now, if it is; a value of `aria-sort`. */
  readonly sorted: 'ascending' | 'descending' | null;
}

/** What one wants to see first. */
export const usualOrder: Readonly<Record<ProjectColumn, 'asc' | 'desc'>> = {
  name: 'asc',
  host: 'asc',
  state: 'asc',
  commit: 'desc',
  commits: 'desc',
  authors: 'desc',
  next: 'asc',
};

const labels: Readonly<Record<ProjectColumn, string>> = {
  name: 'Project',
  host: 'Host',
  state: 'State',
  commit: 'Last commit',
  commits: 'Commits',
  authors: 'Authors, 30 days',
  next: 'Next refresh',
};

const sortings = { asc: 'ascending', desc: 'descending' } as const;

/** A column and the way to sort by it; the other way round where it is sorted by already. */
export function columnHead(column: ProjectColumn, { q, sort, order }: OverviewQuery) {
  const isSorted = column === sort;
  const other = order === 'asc' ? 'desc' : 'asc';
  const next = new URLSearchParams({
    ...(q !== '' && { q }),
    sort: column,
    order: isSorted ? other : usualOrder[column],
  });
  return {
    column,
    label: labels[column],
    href: `/?${next.toString()}`,
    usual: usualOrder[column],
    sorted: isSorted ? sortings[order] : null,
  };
}
