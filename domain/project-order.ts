/** The columns that projects can be sorted by. */
export const projectColumns = [
  'name',
  'host',
  'state',
  'commit',
  'commits',
  'authors',
  'next',
] as const;

export type ProjectColumn = (typeof projectColumns)[number];

/** What a project is found and sorted by, on the server and in browsers. */
export interface ListedProject {
  readonly name: string;
  readonly url: string;
  readonly host: string;
  readonly state: string;
  /** What went wrong the last time, in a few words. */
  readonly trouble: string | null;
  /** Epoch seconds, as `nextAt`. */
  readonly tipCommittedAt: number | null;
  readonly commits: number;
  readonly authors: number | null;
  readonly nextAt: number;
}

/** Whether a project has every word that is looked for. */
export function projectFits({ name, url, state, trouble }: ListedProject, q: string): boolean {
  const text = `${name} ${url} is:${state} ${trouble ?? ''}`.toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** How two projects follow one another; those without a value come last in either order. */
export function projectOrder(
  column: ProjectColumn,
  order: 'asc' | 'desc',
): (one: ListedProject, other: ListedProject) => number {
  const value = values[column];
  const sign = order === 'asc' ? 1 : -1;
  return (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return compare(one.name, other.name);
    if (a === null || b === null) return a === null ? 1 : -1;
    return sign * compare(a, b);
  };
}

const urgency: Readonly<Record<string, number>> = { failing: 0, pending: 1, up: 2 };

const values: Readonly<Record<ProjectColumn, (project: ListedProject) => string | number | null>> =
  {
    name: ({ name }) => name.toLowerCase(),
    host: ({ host }) => host,
    state: ({ state }) => urgency[state] ?? null,
    commit: ({ tipCommittedAt }) => tipCommittedAt,
    commits: ({ state, commits }) => (state === 'pending' ? null : commits),
    authors: ({ authors }) => authors,
    next: ({ nextAt }) => nextAt,
  };

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
