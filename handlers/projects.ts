import { z } from 'zod';
import { parseProjectName, parseRepositoryUrl, type Ports, type Project } from '../domain/index.ts';
import { bringIn } from './bring-in.ts';
import type { Handler, RequestHeaders } from './handler.ts';
import { addLater, prefersAsync } from './jobs.ts';
import { problemOf, titleOf, type Problem } from './problems.ts';
import { readUrl } from './read-url.ts';
import { json, type AddForm, type Reply } from './reply.ts';

const addInput = z.object({
  params: z.object({ projectname: z.string() }),
  headers: z.custom<RequestHeaders>(),
  body: z.string(),
});

/** `POST /add/{projectname}`: brings a repository in under a name, or refreshes it. */
export const add: Handler<z.infer<typeof addInput>> = {
  input: addInput,
  async run(ports, { params, headers, body }, call) {
    if (prefersAsync(headers)) {
      const name = parseProjectName(params.projectname);
      return addLater(ports, { name, url: parseRepositoryUrl(readUrl(body)) }, call);
    }
    const project = await bringIn(ports, { name: params.projectname, url: readUrl(body) }, call);
    const { name, url, commits, tip } = project;
    return json({ name, url, commits, tip });
  },
};

// The page repeats it in a command to copy, so nothing but a host and a port gets through.
const host = z
  .string()
  .regex(/^[\w.:[\]-]{1,255}$/)
  .catch('127.0.0.1:5000');

const listInput = z.object({ host });

/** `GET /`: every project, and how to add one. */
export const list: Handler<z.infer<typeof listInput>> = {
  input: listInput,
  run: async (ports, input) => showAll(ports, input.host, { name: '', url: '', error: null }),
};

const formInput = z.object({ host, body: z.string() });

/** `POST /add`: the form of `/`. It leads to the new project, or shows itself again with what is wrong. */
export const addByForm: Handler<z.infer<typeof formInput>> = {
  input: formInput,
  async run(ports, input, call) {
    const fields = new URLSearchParams(input.body);
    const [name, url] = [fields.get('name')?.trim() ?? '', fields.get('url')?.trim() ?? ''];
    try {
      const project = await bringIn(ports, { name, url }, call);
      return { kind: 'empty', status: 303, headers: { location: `/list/${project.name}` } };
    } catch (error) {
      const problem = problemOf(error);
      if (call.signal.aborted || problem.code === 'unexpected') throw error;
      const page = await showAll(ports, input.host, { name, url, error: fieldError(problem) });
      return { ...page, status: problem.status, cause: error };
    }
  },
};

function fieldError({ code, detail }: Problem): AddForm['error'] {
  return { field: code === 'bad_name' ? 'name' : 'url', detail };
}

function troubleOf(outcome: Project['lastOutcome']): string | null {
  return outcome === null || outcome === 'ok' ? null : titleOf(outcome).toLowerCase();
}

async function showAll({ store }: Ports, at: string, form: AddForm): Promise<Reply> {
  const projects = (await store.projects()).map((project) => ({
    ...project,
    trouble: troubleOf(project.lastOutcome),
  }));
  return { kind: 'view', view: 'projects', context: { projects, host: at, form } };
}
