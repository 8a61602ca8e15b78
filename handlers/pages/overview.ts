import { z } from 'zod';
import {
  printable,
  projectColumns,
  type Ports,
  withoutCredentials,
  type ProjectColumn,
} from '../../domain/index.ts';
import type { Handler } from '../contract/handler.ts';
import { arrange, rowOf, type OverviewQuery } from './overview-rows.ts';
import { lastTrouble } from '../contract/problems.ts';
import { countStates } from './states.ts';
import type { AddForm, Page } from '../contract/reply.ts';

// The page repeats it in a command to copy, so nothing but a host and a port gets through.
export const host = z
  .string()
  .regex(/^[\w.:[\]-]{1,255}$/)
  .catch('127.0.0.1:5000');

const text = z.string().max(2048).regex(printable).catch('');

/** What cannot be understood counts as not said: an address that somebody changed by hand still shows the projects. */
const query = z
  .object({
    q: text.transform((words) => words.trim()),
    sort: z.enum(projectColumns).catch('name'),
    order: z.enum(['asc', 'desc']).optional().catch(undefined),
    only: z.string().max(12_000).optional().catch(undefined),
    name: text,
    url: text,
  })
  .catch({ q: '', sort: 'name', order: undefined, only: undefined, name: '', url: '' });

const listInput = z.object({ host, query });

/**
 * `GET /`: every project, and how to add one. `only` names those that a script asks for because they have changed; `name`
 * and `url` fill the form.
 */
export const list: Handler<z.infer<typeof listInput>> = {
  input: listInput,
  async run(ports, { host: at, query: { only, name, url, q, sort, order } }) {
    const form = { name, url: withoutCredentials(url), error: null };
    const wanted = { q, sort, order: order ?? usualOrder[sort] };
    return overview(ports, { at, form, wanted, only: only?.split(',') });
  },
  coalesceBy: (input) => JSON.stringify(input),
};

/** What one wants to see first. */
const usualOrder: Readonly<Record<ProjectColumn, 'asc' | 'desc'>> = {
  name: 'asc',
  host: 'asc',
  state: 'asc',
  commit: 'desc',
  commits: 'desc',
  authors: 'desc',
  next: 'asc',
};

const everything: OverviewQuery = { q: '', sort: 'name', order: 'asc' };

/** The page of all projects. */
export async function overview(
  { store, queue }: Pick<Ports, 'store' | 'queue'>,
  {
    at,
    form,
    wanted = everything,
    only,
  }: {
    /** The Host header. */
    readonly at: string;
    readonly form: AddForm;
    readonly wanted?: OverviewQuery;
    /** Names of the projects to be shown, whatever is wanted. */
    readonly only?: readonly string[] | undefined;
  },
): Promise<Page> {
  const now = Date.now() / 1000;
  const projects = await store.projects();
  const named = only && new Set(only);
  const shown = projects.filter(({ name }) => named === undefined || named.has(name));
  const all = shown.map((project) =>
    rowOf(project, {
      isRefreshing: queue.isRunning(project.url),
      trouble: lastTrouble(project),
      now,
    }),
  );
  const rows = arrange(all, named === undefined ? wanted : everything);
  const context = {
    now,
    host: at,
    form,
    query: wanted,
    columns: projectColumns.map((column) => headOf(column, wanted)),
    counts: countStates(projects),
    rows,
  };
  return { kind: 'view', view: 'projects', context };
}

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
function headOf(column: ProjectColumn, { q, sort, order }: OverviewQuery) {
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
