import { historyMoved, type FoundCommits, type Ports } from '../domain/index.ts';
import { groupByDay } from './by-day.ts';
import { known, knownProject, linkTo, pageSize, repeatable } from './commits.ts';
import { edgeCursor, writeEdge } from './cursor.ts';
import { noErrors, type AskedFilter } from './filter.ts';

import { RefusedError } from './problems.ts';
import { headOf } from './project-head.ts';
import type { ProjectPage } from './project-views.ts';
import type { RepeatableReply } from './reply.ts';

const edge = edgeCursor.optional();

/** The commits of a project that were looked for, a page of them. They are looked for where no page of that tip is kept. */
export async function foundPage(
  { store }: Ports,
  name: string,
  { fields, filter }: AskedFilter,
  cursor: unknown,
): Promise<RepeatableReply> {
  const from = edge.parse(cursor);
  const { q, author, since, until } = fields;
  const given = Object.entries({ q, author, since, until }).filter(([, value]) => value !== '');
  const path = (place: string | null) => {
    const search = new URLSearchParams(given);
    if (place !== null) search.set('cursor', place);
    return `/list/${name}?${search.toString()}`;
  };
  const project = await knownProject({ store }, name);
  const search = async (signal: AbortSignal) => {
    const range = { filter, limit: pageSize, ...(from && { from }) };
    const found = await store.search(name, range, signal);
    if (found === 'moved') throw new RefusedError('page_moved', { instead: path(null) });
    const page = known(found);
    const { url, tip, commits } = page.project;
    // What is kept as of a state has to be of it.
    const isThat = url === project.url && tip === project.tip && commits === project.commits;
    if (!isThat) throw historyMoved();
    return page;
  };
  let looked: ReturnType<typeof search> | undefined;
  const look = (signal: AbortSignal) => (looked ??= search(signal));
  const head = headOf(project);
  const beside = ({ next, previous }: FoundCommits) => ({
    newer: previous === null ? null : path(writeEdge(previous)),
    older: next === null ? null : path(writeEdge(next)),
  });
  const show = (found: FoundCommits): ProjectPage => ({
    project: head,
    fields,
    errors: noErrors,
    days: groupByDay(found.commits, filter.text),
    count: found.commits.length,
    place: null,
    newest: found.previous === null ? null : path(null),
    ...beside(found),
    oldest: null,
    data: `/api/v1/projects/${name}/commits?${new URLSearchParams(given).toString()}`,
    weeks: null,
  });
  return repeatable(
    { project, id: path(from === undefined ? null : writeEdge(from)), newer: null, older: null },
    async (signal) => ({ kind: 'view', view: 'commits', context: show(await look(signal)) }),
    [head.trouble, head.authors],
    async (signal) => linkTo(beside(await look(signal))),
  );
}
