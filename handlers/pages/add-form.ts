import { z } from 'zod';
import {
  parseProjectName,
  parseRepositoryUrl,
  repositoryOfPage,
  withoutCredentials,
  type Job,
} from '../../domain/index.ts';
import { startAddByForm } from '../contract/start-add.ts';
import type { Handler } from '../contract/handler.ts';
import { host, overview, type AddForm } from './overview.ts';
import { problemOf, RefusedError, retryAfter, type Problem } from '../contract/problems.ts';
import { view } from './view.ts';

const formInput = z.object({ host, body: z.string() });

/**
 * `POST /add`: the form of `/`, which takes the url of a forge's page too. It leads to the new project, to a page that
 * tells how it goes where that takes long, or shows itself again with what is wrong.
 */
export const addByForm: Handler<z.infer<typeof formInput>> = {
  input: formInput,
  async run(ports, input, call) {
    const fields = new URLSearchParams(input.body);
    const [name, url] = [fields.get('name')?.trim() ?? '', fields.get('url')?.trim() ?? ''];
    try {
      const wanted = {
        name: parseProjectName(name),
        url: parseRepositoryUrl(repositoryOfPage(url)),
      };
      const { job, result } = await startAddByForm(ports, wanted, call);
      const location = result === undefined ? `/adding/${job.id}` : `/list/${result.name}`;
      return { kind: 'empty', status: 303, headers: { location } };
    } catch (error) {
      const problem = problemOf(error);
      if (call.signal.aborted || problem.code === 'unexpected') throw error;
      const form = { name, url: withoutCredentials(url), error: fieldError(problem) };
      const page = await overview(ports, { at: input.host, form });
      const headers = retryAfter(error, problem.status);
      return { ...page, headers, status: problem.status, cause: error };
    }
  },
};

function fieldError({ code, detail }: Problem): AddForm['error'] {
  return { field: code === 'bad_name' ? 'name' : 'url', detail };
}

const addingInput = z.object({ params: z.object({ id: z.string() }) });

/** How often the page of a job asks anew, in seconds. */
const interval = 2;

const addingPage = view<{ readonly job: Job }>('adding');

/** `GET /adding/{id}`: how a job goes, for browsers without scripts. Leads to the project when it is there. */
export const adding: Handler<z.infer<typeof addingInput>> = {
  input: addingInput,
  async run({ jobs }, { params: { id } }) {
    const job = jobs.job(id);
    if (job === undefined) throw new RefusedError('unknown_job', { instead: '/' });
    if (job.state === 'done') {
      return { kind: 'empty', status: 303, headers: { location: `/list/${job.project}` } };
    }
    const page = addingPage({ job });
    return job.state === 'failed' ? page : { ...page, headers: { refresh: String(interval) } };
  },
};
