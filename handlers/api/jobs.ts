import { z } from 'zod';
import type { Job, Ports } from '../../domain/index.ts';
import { projectName, queryOf } from './query.ts';
import { startAddJob, refreshing } from '../contract/start-add.ts';
import type { RequestContext, Handler, RequestHeaders } from '../contract/handler.ts';
import { RefusedError } from '../contract/problems.ts';
import { requireProject } from '../contract/find-project.ts';
import { json, repeatableJson, type Reply } from '../contract/reply.ts';

/** Whether a client would rather not wait (RFC 7240). */
export function prefersAsync({ prefer }: RequestHeaders): boolean {
  return prefer?.split(',').some((entry) => /^\s*respond-async\s*(?:;|$)/i.test(entry)) === true;
}

/** Adds a project in a job, for a client that does not wait. */
export async function addLater(
  ports: Ports,
  wanted: { readonly name: string; readonly url: string },
  call: RequestContext,
): Promise<Reply> {
  return accepted(await startAddJob(ports, wanted, call), {
    'preference-applied': 'respond-async',
  });
}

function accepted(job: Job, headers: Readonly<Record<string, string>> = {}): Reply {
  const location = `/api/v1/jobs/${job.id}`;
  return json(job, { status: 202, headers: { location, ...headers } });
}

export const refreshInput = z.object({
  params: z.object({ name: projectName }),
  query: queryOf({}),
});

/** `POST /api/v1/projects/{name}/refresh`: begins to bring a project up to date; the job that runs already if there is one. */
export const refresh: Handler<z.infer<typeof refreshInput>> = {
  input: refreshInput,
  async run(ports, { params: { name } }, call) {
    const { url } = await requireProject(ports, name);
    const { source } = call.sender;
    const wanted = { what: 'refresh', project: name, url, source } as const;
    return accepted(ports.jobs.begin(wanted, refreshing(ports, name, call)));
  },
};

export const jobInput = z.object({ params: z.object({ id: z.string() }), query: queryOf({}) });

/** `GET /api/v1/jobs/{id}`. */
export const job: Handler<z.infer<typeof jobInput>> = {
  input: jobInput,
  async run({ jobs }, { params: { id } }) {
    const found = jobs.job(id);
    if (found === undefined) throw new RefusedError('unknown_job');
    return repeatableJson(['job', found], () => found);
  },
};
