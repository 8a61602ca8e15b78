import { z } from 'zod';
import { addProject, removeProject, type Ports, type Project } from '../domain/index.ts';
import type { Call, Handler } from './handler.ts';
import { problemOf, RefusedError, type Problem } from './problems.ts';
import { readUrl } from './read-url.ts';
import { json, type AddForm, type Reply } from './reply.ts';

const addInput = z.object({ params: z.object({ projectname: z.string() }), body: z.string() });

/** `POST /add/{projectname}`: brings a repository in under a name, or refreshes it. */
export const add: Handler<z.infer<typeof addInput>> = {
  input: addInput,
  async run(ports, { params, body }, call) {
    const project = await bringIn(ports, params.projectname, readUrl(body), call);
    const { name, url, commits, tip } = project;
    return json({ name, url, commits, tip });
  },
};

async function bringIn(ports: Ports, name: string, url: string, call: Call): Promise<Project> {
  const { maxProjects, timeoutSeconds, rules, signal, draining } = call;
  if (draining === true) throw new RefusedError('stopping');
  if ((await call.hasRoom?.()) === false) throw new RefusedError('no_room');
  return addProject(ports, { name, url, maxProjects, timeoutSeconds, rules, signal });
}

const removeInput = z.object({ params: z.object({ name: z.string() }) });

/** `DELETE /api/v1/projects/{name}`: removes a project. */
export const remove: Handler<z.infer<typeof removeInput>> = {
  input: removeInput,
  async run(ports, { params }) {
    await removeProject(ports, params);
    return { kind: 'empty', status: 204 };
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
      const project = await bringIn(ports, name, url, call);
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

async function showAll({ store }: Ports, at: string, form: AddForm): Promise<Reply> {
  const projects = await store.projects();
  return { kind: 'view', view: 'projects', context: { projects, host: at, form } };
}
