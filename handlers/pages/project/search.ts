import { historyMoved, type FoundCommits } from '../../../domain/index.ts';
import type { Ports } from '../../contract/ports.ts';
import { groupByDay } from './by-day.ts';
import { requireHistory, requireProjectWithHistory } from '../../contract/find-project.ts';
import { cacheablePage, linkTo } from './cacheable-page.ts';
import { commitsPage, type CommitsView } from './commits-page.ts';
import { pageSize } from './pagination.ts';
import { edgeCursor, encodeSearchCursor } from '../../api/cursor.ts';
import { noErrors, type ParsedFilter } from './filter-form.ts';
import { RefusedError } from '../../contract/problems.ts';
import { summarize } from './summary.ts';
import type { CacheableReply } from '../../contract/reply.ts';

const edge = edgeCursor.optional();

/** The commits of a project that were looked for, a page of them. They are looked for where no page of that tip is kept. */
export async function searchPage(
  { store }: Ports,
  name: string,
  { fields, filter }: ParsedFilter,
  cursor: unknown,
): Promise<CacheableReply> {
  const from = edge.parse(cursor);
  const { q, author, since, until } = fields;
  const given = Object.entries({ q, author, since, until }).filter(([, value]) => value !== '');
  const path = (place: string | null) => {
    const search = new URLSearchParams(given);
    if (place !== null) search.set('cursor', place);
    return `/list/${name}?${search.toString()}`;
  };
  const project = await requireProjectWithHistory({ store }, name);
  const search = async (signal: AbortSignal) => {
    const range = { filter, limit: pageSize, ...(from && { from }) };
    const found = await store.search(name, range, signal);
    if (found === 'moved') throw new RefusedError('page_moved', { instead: path(null) });
    const page = requireHistory(found);
    const { url, tip, commits } = page.project;
    // What is kept as of a state has to be of it.
    const isThat = url === project.url && tip === project.tip && commits === project.commits;
    if (!isThat) throw historyMoved();
    return page;
  };
  let looked: ReturnType<typeof search> | undefined;
  const look = (signal: AbortSignal) => (looked ??= search(signal));
  const head = summarize(project);
  const beside = ({ next, previous }: FoundCommits) => ({
    newer: previous === null ? null : path(encodeSearchCursor(previous)),
    older: next === null ? null : path(encodeSearchCursor(next)),
  });
  const toView = (found: FoundCommits): CommitsView => ({
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
  return cacheablePage(
    {
      project,
      id: path(from === undefined ? null : encodeSearchCursor(from)),
      newer: null,
      older: null,
    },
    async (signal) => commitsPage(toView(await look(signal))),
    [head.trouble, head.authors],
    async (signal) => linkTo(beside(await look(signal))),
  );
}
