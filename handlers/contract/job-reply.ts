import type { Job } from '../../domain/index.ts';
import { json, type Reply } from './reply.ts';

/** 202, and where to look after the job. */
export function jobReply(job: Job, headers: Readonly<Record<string, string>> = {}): Reply {
  const location = `/api/v1/jobs/${job.id}`;
  return json(job, { status: 202, headers: { location, ...headers } });
}
