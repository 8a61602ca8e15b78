import { z } from 'zod';
import { projectName, queryOf } from './query.ts';
import { jobReply } from '../contract/job-reply.ts';
import { refreshing } from '../contract/start-add.ts';
import type { Handler } from '../contract/handler.ts';
import { RefusedError } from '../contract/problems.ts';
import { requireProject } from '../contract/find-project.ts';
import { repeatableJson } from '../contract/reply.ts';

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
    return jobReply(ports.jobs.begin(wanted, refreshing(ports, name, call)));
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
