import type { Ports } from '../domain/index.ts';
import { groupByDay } from './by-day.ts';
import { known, pageSize, repeatable } from './commits.ts';
import { edgeCursor, writeEdge } from './edge.ts';
import { noErrors, type AskedFilter } from './filter.ts';
import { RefusedError } from './problems.ts';
import { headOf } from './project-head.ts';
import type { RepeatableReply } from './reply.ts';

/** The commits of a project that were looked for, a page of them. */
export async function foundPage(
  { store }: Ports,
  name: string,
  { fields, filter }: AskedFilter,
  cursor: unknown,
): Promise<RepeatableReply> {
  const { q, author, since, until } = fields;
  const given = Object.entries({ q, author, since, until }).filter(([, value]) => value !== '');
  const path = (place: string | null) => {
    const search = new URLSearchParams(given);
    if (place !== null) search.set('cursor', place);
    return `/list/${name}?${search.toString()}`;
  };
  const from = edgeCursor.optional().parse(cursor);
  const found = await store.search(name, { filter, limit: pageSize, ...(from && { from }) });
  if (found === 'moved') throw new RefusedError('page_moved', path(null));
  const { project, commits, next, previous } = known(found);
  const [older, newer] = [writeEdge(next), writeEdge(previous)];
  const head = headOf(project);
  const page = {
    project,
    path: path(from === undefined ? null : writeEdge(from)),
    newer: newer === null ? null : path(newer),
    older: older === null ? null : path(older),
  };
  return repeatable(
    page,
    async () => ({
      kind: 'view',
      view: 'commits',
      context: {
        project: head,
        fields,
        errors: noErrors,
        days: groupByDay(commits, filter.text),
        count: commits.length,
        place: null,
        newest: newer === null ? null : path(null),
        newer: page.newer,
        older: page.older,
        oldest: null,
        data: `/api/v1/projects/${name}/commits?${new URLSearchParams(given).toString()}`,
        weeks: null,
      },
    }),
    [head.trouble, head.authors],
  );
}
