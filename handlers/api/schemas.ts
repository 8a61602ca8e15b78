import { z } from 'zod';
import { fetchFailures } from '../../domain/index.ts';

const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const count = z.int().min(0);
const time = z.int().nullable();

/** Epoch seconds, of which a client is told whole ones. */
export function seconds(at: number | null): number | null {
  return at === null ? null : Math.floor(at);
}

/** A project, as the API shows it. */
export const projectSchema = z
  .object({
    name: z.string(),
    url: z.string(),
    host: z.string(),
    state: z.enum(['up', 'failing', 'pending']),
    tip: sha.nullable(),
    commits: count,
    defaultBranch: z.string().nullable(),
    addedAt: time,
    lastAttemptAt: time,
    lastSuccessAt: time,
    nextRefreshAt: time,
    lastOutcome: z.enum(['ok', ...fetchFailures]).nullable(),
    headCommittedAt: time,
  })
  .meta({ id: 'Project' });

const commit = {
  hash: z.string(),
  author: z.string(),
  date: z.string().nullable(),
  message: z.string(),
  sha,
  authoredAt: time,
  committedAt: time,
  parents: z.array(sha),
};

export const commitSchema = z.object(commit).meta({ id: 'Commit' });

export const wholeCommitSchema = z
  .object({
    ...commit,
    body: z.string(),
    authorEmail: z.string(),
    committer: z.string(),
    committerEmail: z.string(),
    trailers: z.array(z.object({ key: z.string(), value: z.string() })),
    signed: z.boolean(),
  })
  .meta({ id: 'WholeCommit' });

export const statsSchema = z
  .object({
    buckets: z.array(z.object({ start: z.int(), commits: count })),
    authors: z.object({ d7: count, d30: count, d90: count }),
    gapSeconds: z.object({ p50: count, p95: count }).nullable(),
    hours: z.array(count).length(24),
  })
  .meta({ id: 'Stats' });

export const rewriteSchema = z
  .object({ at: z.int(), oldTip: sha, newTip: sha.nullable(), lost: count })
  .meta({ id: 'Rewrite' });

export const lostCommitSchema = z
  .object({ hash: z.string(), author: z.string(), message: z.string(), sha, authoredAt: time })
  .meta({ id: 'LostCommit' });

export const jobSchema = z
  .object({
    id: z.string(),
    project: z.string(),
    url: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    phase: z.enum(['connecting', 'receiving', 'reading']).nullable(),
    percent: z.number().min(0).max(100).nullable(),
    bytes: count.nullable(),
    commits: count.nullable().meta({ description: 'Read so far.' }),
    outcome: z.string().nullable().meta({ description: 'ok, or the code of a problem.' }),
    detail: z.string().nullable().meta({ description: 'What to do where it has failed.' }),
  })
  .meta({ id: 'Job' });

/** RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    outcome: z.enum(fetchFailures).optional(),
  })
  .meta({ id: 'Problem' });
