import { z } from 'zod';
import { printable, projectColumns, withoutCredentials } from '../../domain/index.ts';
import type { Ports } from '../contract/ports.ts';
import type { Handler } from '../contract/handler.ts';
import { columnHead, usualOrder, type ColumnHead } from './overview-columns.ts';
import { arrange, rowOf, type OverviewQuery, type OverviewRow } from './overview-rows.ts';
import { lastTrouble } from '../contract/problems.ts';
import { countStates, type StateCounts } from './states.ts';
import type { Page } from '../contract/reply.ts';
import { view } from './view.ts';

/** The form that adds a project, as it was sent, with what is wrong with it. */
export interface AddForm {
  readonly name: string;
  readonly url: string;
  readonly error: { readonly field: 'name' | 'url'; readonly detail: string } | null;
}

interface OverviewView {
  /** Epoch seconds. */
  readonly now: number;
  /** Where the server is reached, `127.0.0.1:5000`, for the example on the page. */
  readonly host: string;
  readonly form: AddForm;
  readonly query: OverviewQuery;
  readonly columns: readonly ColumnHead[];
  /** Of all projects, whichever are shown. */
  readonly counts: StateCounts;
  readonly rows: readonly OverviewRow[];
}

const overviewPage = view<OverviewView>('projects');

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
  return overviewPage({
    now,
    host: at,
    form,
    query: wanted,
    columns: projectColumns.map((column) => columnHead(column, wanted)),
    counts: countStates(projects),
    rows,
  });
}
