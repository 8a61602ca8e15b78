import { yearSeenAt, type Project } from '../domain/index.ts';

/** The columns that the projects can be sorted by. */
export const columns = ['name', 'host', 'state', 'commit', 'commits', 'authors', 'next'] as const;

export type Column = (typeof columns)[number];

/** Which projects are shown, and how. */
export interface OverviewQuery {
  /** What is looked for; empty for all. */
  readonly q: string;
  readonly sort: Column;
  readonly order: 'asc' | 'desc';
}

/** A project in the table. */
export interface OverviewRow extends Pick<
  Project,
  'name' | 'url' | 'state' | 'commits' | 'tip' | 'tipCommittedAt' | 'lastSuccessAt'
> {
  readonly host: string;
  readonly isRefreshing: boolean;
  /** What went wrong the last time, in a few words. */
  readonly trouble: string | null;
  /** In 30 days. */
  readonly authors: number | null;
  /** Commits of each of a year's weeks, the last the present one; empty where they are not known. */
  readonly weeks: readonly number[];
  /** Epoch seconds. */
  readonly nextAt: number;
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
  const words = q.toLowerCase().split(/\s+/);
  const found = rows.filter(({ name, url, state, trouble }) => {
    const text = `${name} ${url} is:${state} ${trouble ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const value = values[sort];
  const sign = order === 'asc' ? 1 : -1;
  return found.toSorted((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return compare(one.name, other.name);
    if (a === null || b === null) return a === null ? 1 : -1;
    return sign * compare(a, b);
  });
}

const urgency = { failing: 0, pending: 1, up: 2 } as const;

const values: Readonly<Record<Column, (row: OverviewRow) => string | number | null>> = {
  name: ({ name }) => name.toLowerCase(),
  host: ({ host }) => host,
  state: ({ state }) => urgency[state],
  commit: ({ tipCommittedAt }) => tipCommittedAt,
  commits: ({ state, commits }) => (state === 'pending' ? null : commits),
  authors: ({ authors }) => authors,
  next: ({ nextAt }) => nextAt,
};

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
