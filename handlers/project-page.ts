import { z } from 'zod';
import { parseProjectName, type Ports } from '../domain/index.ts';
import { prefersHtml } from './accept.ts';
import { dayId, groupByDay } from './by-day.ts';
import { findPage, known, knownProject, pagePath, pageStart, repeatable } from './commits.ts';
import { cursor } from './cursor.ts';
import { noErrors, noFields, rawFields, readFilter, type WrongFilter } from './filter.ts';
import { foundPage } from './found-page.ts';
import type { Call, Handler, RequestHeaders } from './handler.ts';
import { problemOf } from './problems.ts';
import { headOf } from './project-head.ts';
import type { ProjectPage } from './project-views.ts';
import type { Reply, RepeatableReply } from './reply.ts';
import { lastWeek, weeksUntil, yearUntil } from './year.ts';

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
    if (asked.narrows) return foundPage(ports, name, asked, query['cursor']);
    return wholePage(ports, name, query['cursor']);
  },
};

async function wholePage(ports: Ports, name: string, from: unknown): Promise<RepeatableReply> {
  const found = await findPage(ports, '/list', name, place.parse(from));
  const { project, total, skip, newer, older } = found;
  const head = headOf(project);
  const last = skip === 0 ? lastWeek(project) : null;
  return repeatable(
    found,
    async (signal) => {
      const counts =
        last === null ? null : await ports.store.counts(project, yearUntil(last), signal);
      // A year never has too many days.
      const weeks =
        last === null || counts === null || counts === 'too_many_days'
          ? null
          : weeksUntil(last, counts);
      const commits = await found.commits();
      const context: ProjectPage = {
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
      };
      return { kind: 'view', view: 'commits', context };
    },
    [head.trouble, head.authors, last],
  );
}

/** The form once more, with what is wrong beside its fields. */
async function refuse(
  { store }: Ports,
  name: string,
  { fields, errors, cause }: WrongFilter,
): Promise<Reply> {
  const project = await knownProject({ store }, name);
  const context: ProjectPage = {
    project: headOf(project),
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
  };
  const { status } = problemOf(cause);
  return { kind: 'view', view: 'commits', context, status, headers: { vary: 'accept' }, cause };
}

/** Leads to the page that has the newest commit from before a time, or else to the oldest one. */
async function goTo(
  { store }: Ports,
  name: string,
  before: number,
  { signal }: Pick<Call, 'signal'>,
): Promise<Reply> {
  const filter = { until: before };
  const found = await store.search(name, { filter, limit: 1 }, signal);
  if (found === 'moved') throw new TypeError('Without a place nothing has moved');
  const { project, first } = known(found);
  const { tip, commits, position, committedAt } = first ?? {
    ...project,
    position: 0,
    committedAt: null,
  };
  const page = pagePath('/list', name, { tip, commits })(pageStart(commits - 1 - position));
  const location = committedAt === null ? page : `${page}#${dayId(committedAt)}`;
  return { kind: 'empty', status: 303, headers: { location } };
}
