import { z } from 'zod';
import {
  hashLength,
  historyMoved,
  startOfWeek,
  weekOf,
  type CommitCounts,
  type LostCommit,
} from '../../domain/index.ts';
import {
  cursorSchema,
  limit,
  pageLinks,
  projectName,
  queryOf,
  timeParameter,
  enumParameter,
  encodeCursor,
} from './query.ts';
import type { lostCommitSchema, rewriteSchema, statsSchema } from './schemas.ts';
import type { Handler } from '../contract/handler.ts';
import { RefusedError } from '../contract/problems.ts';
import { requireProject, requireProjectWithHistory } from '../contract/find-project.ts';
import { repeatableJson } from '../contract/reply.ts';

const params = z.object({ name: projectName });

export const statsInput = z.object({
  params,
  query: queryOf({
    from: timeParameter('from').optional(),
    to: timeParameter('to').optional(),
    by: enumParameter('by', ['day', 'week', 'month']).default('week'),
  }),
});

/** After the year 9999, in which the last commit that has a date can be. */
const endOfTime = 253_402_300_800;

/** `GET /api/v1/projects/{name}/stats`: how often was committed, by committer date. */
export const stats: Handler<z.infer<typeof statsInput>> = {
  input: statsInput,
  async run({ store }, { params: { name }, query: { from = 0, to = endOfTime, by } }) {
    const project = await requireProjectWithHistory({ store }, name);
    const { url, tip, commits, activity } = project;
    return repeatableJson(
      ['stats', url, tip, commits, activity, from, to, by],
      async (signal): Promise<z.output<typeof statsSchema>> => {
        const counts = await store.commitCounts(project, { from, to }, signal);
        if (counts === 'too_many_days') throw new RefusedError('too_many_days');
        return {
          buckets: inBuckets(counts.days, by),
          authors: activity?.authors ?? { d7: 0, d30: 0, d90: 0 },
          gapSeconds: activity?.gapSeconds ?? null,
          hours: [...counts.hours],
        };
      },
    );
  },
};

function inBuckets(days: CommitCounts['days'], by: 'day' | 'week' | 'month') {
  const buckets = new Map<number, number>();
  for (const { day, commits } of days) {
    const start = firstDay[by](day) * 86_400;
    buckets.set(start, (buckets.get(start) ?? 0) + commits);
  }
  return [...buckets].map(([start, commits]) => ({ start, commits }));
}

/** The first day of the bucket that a day is in. */
const firstDay = {
  day: (day: number) => day,
  week: (day: number) => startOfWeek(weekOf(day * 86_400)) / 86_400,
  month: (day: number) => day - (new Date(day * 86_400_000).getUTCDate() - 1),
} as const;

export const rewritesInput = z.object({
  params,
  query: queryOf({ limit, cursor: cursorSchema(z.int().min(1)).optional() }),
});

/** `GET /api/v1/projects/{name}/rewrites`, newest first. A cursor counts from the oldest, so that a new one moves nothing. */
export const rewrites: Handler<z.infer<typeof rewritesInput>> = {
  input: rewritesInput,
  async run(ports, { params: { name }, query: { limit: size, cursor } }) {
    const { url } = await requireProject(ports, name);
    const found = await ports.store.rewrites(name, { rest: cursor, limit: size });
    const { total } = found;
    const rest = Math.min(cursor ?? total, total);
    const page = found.rewrites.map(({ at, ...rewrite }): z.output<typeof rewriteSchema> => ({
      at: Math.floor(at),
      ...rewrite,
    }));
    const link = pageLinks(
      `/api/v1/projects/${name}/rewrites`,
      { limit: size },
      {
        next: rest > size ? encodeCursor(rest - size) : null,
        prev: rest < total ? encodeCursor(Math.min(total, rest + size)) : null,
      },
    );
    const headers = { link, 'x-total-count': String(total) };
    return repeatableJson(['rewrites', url, link, total, page], () => page, headers);
  },
};

const wrongTip = 'The new tip is the whole name of a commit, or null where nothing was left.';
export const lostInput = z.object({
  params: z.object({
    name: projectName,
    newTip: z
      .string()
      .regex(/^(?:null|[0-9a-f]{40}|[0-9a-f]{64})$/, wrongTip)
      .transform((text) => (text === 'null' ? null : text)),
  }),
  query: queryOf({ limit, cursor: cursorSchema(z.int().min(0)).optional() }),
});

/** `GET /api/v1/projects/{name}/rewrites/{newTip}/commits`: what the newest rewrite that led there lost, newest first. */
export const lost: Handler<z.infer<typeof lostInput>> = {
  input: lostInput,
  async run(ports, { params: { name, newTip }, query: { limit: size, cursor: start = 0 } }) {
    const { store } = ports;
    const { url } = await requireProject(ports, name);
    const found = await store.lostCommits(name, newTip, { start, limit: 0 });
    if (found === undefined) throw new RefusedError('unknown_rewrite');
    const { rewrite, total } = found;
    const find = async () => {
      const page = await store.lostCommits(name, newTip, { start, limit: size });
      if (page?.rewrite.at !== rewrite.at || page.total !== total) throw historyMoved();
      return page.commits;
    };
    // Read when the answer has its turn: very many that wait for one hold nothing.
    let finding: ReturnType<typeof find> | undefined;
    const read = () => (finding ??= find());
    const link = async () => {
      const end = start + (await read()).length;
      return pageLinks(
        `/api/v1/projects/${name}/rewrites/${newTip}/commits`,
        { limit: size },
        {
          next: end < total ? encodeCursor(end) : null,
          prev: start > 0 ? encodeCursor(Math.max(0, start - size)) : null,
        },
      );
    };
    return repeatableJson(
      ['lost', name, newTip, url, rewrite.at, size, start, total],
      async () => (await read()).map(lostCommit),
      { 'x-total-count': String(total) },
      link,
    );
  },
};

function lostCommit(commit: LostCommit): z.output<typeof lostCommitSchema> {
  const { sha, author, authoredAt, message } = commit;
  return { hash: sha.slice(0, hashLength), author, message, sha, authoredAt };
}
