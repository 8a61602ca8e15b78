import { z } from 'zod';
import { parseProjectName } from '../../../domain/index.ts';
import type { Ports } from '../../contract/ports.ts';
import { prefersHtml } from '../../http/accept.ts';
import { dayId, groupByDay } from './by-day.ts';
import { requireHistory, requireProjectWithHistory } from '../../contract/find-project.ts';
import { cacheablePage } from './cacheable-page.ts';
import { commitsPage } from './commits-page.ts';
import { findPage, pagePath, pageStart } from './pagination.ts';
import { cursor } from '../../api/cursor.ts';
import { noErrors, noFields, rawFields, readFilter, type InvalidFilter } from './filter-form.ts';
import { searchPage } from './search.ts';
import type { RequestContext, Handler, RequestHeaders } from '../../contract/handler.ts';
import { problemOf } from '../../contract/problems.ts';
import { summarize } from './summary.ts';
import type { Reply, CacheableReply } from '../../contract/reply.ts';
import { lastWeek, weeksUntil, yearUntil } from './activity.ts';

const place = cursor.optional();
const input = z.object({
  params: z.object({ projectname: z.string() }),
  query: rawFields,
  headers: z.custom<RequestHeaders>(),
});

/** `GET /list/{projectname}`: a page of the history, newest first, or of what was looked for in it. */
export const list: Handler<z.infer<typeof input>> = {
  input,
  async run(ports, { params: { projectname }, query, headers }, call) {
    const name = parseProjectName(projectname);
    const asked = readFilter(query);
    if ('errors' in asked) {
      if (prefersHtml(headers.accept)) return refuse(ports, name, asked);
      throw asked.cause;
    }
    if (asked.before !== undefined) return goTo(ports, name, asked.before, call);
    if (asked.hasCriteria) return searchPage(ports, name, asked, query['cursor']);
    return wholePage(ports, name, query['cursor']);
  },
};

async function wholePage(ports: Ports, name: string, from: unknown): Promise<CacheableReply> {
  const found = await findPage(ports, '/list', name, place.parse(from));
  const { project, total, skip, newer, older } = found;
  const head = summarize(project);
  const last = skip === 0 ? lastWeek(project) : null;
  return cacheablePage(
    found,
    async (signal) => {
      const counts =
        last === null ? null : await ports.store.commitCounts(project, yearUntil(last), signal);
      // A year never has too many days.
      const weeks =
        last === null || counts === null || counts === 'too_many_days'
          ? null
          : weeksUntil(last, counts);
      const commits = await found.commits();
      return commitsPage({
        project: head,
        fields: noFields,
        errors: noErrors,
        days: groupByDay(commits, undefined),
        count: commits.length,
        place: { first: skip + 1, total },
        newest: skip > 0 ? `/list/${name}` : null,
        newer,
        older,
        oldest: older === null ? null : found.at(pageStart(total - 1)),
        data: `/json/${name}`,
        weeks,
      });
    },
    [head.trouble, head.authors, last],
  );
}

/** The form once more, with what is wrong beside its fields. */
async function refuse(
  { store }: Ports,
  name: string,
  { fields, errors, cause }: InvalidFilter,
): Promise<Reply> {
  const project = await requireProjectWithHistory({ store }, name);
  const page = commitsPage({
    project: summarize(project),
    fields,
    errors,
    days: [],
    count: 0,
    place: null,
    newest: `/list/${name}`,
    newer: null,
    older: null,
    oldest: null,
    data: `/json/${name}`,
    weeks: null,
  });
  const { status } = problemOf(cause);
  return { ...page, status, headers: { vary: 'accept' }, cause };
}

/** Leads to the page that has the newest commit from before a time, or else to the oldest one. */
async function goTo(
  { store }: Ports,
  name: string,
  before: number,
  { signal }: Pick<RequestContext, 'signal'>,
): Promise<Reply> {
  const filter = { until: before };
  const found = await store.search(name, { filter, limit: 1 }, signal);
  if (found === 'moved') throw new TypeError('Without a place nothing has moved');
  const { project, first } = requireHistory(found);
  const { tip, commits, position, committedAt } = first ?? {
    ...project,
    position: 0,
    committedAt: null,
  };
  const page = pagePath('/list', name, { tip, commits })(pageStart(commits - 1 - position));
  const location = committedAt === null ? page : `${page}#${dayId(committedAt)}`;
  return { kind: 'empty', status: 303, headers: { location } };
}
