import { z } from 'zod';
import { addProject, removeProject } from '../domain/index.ts';
import type { Handler } from './handler.ts';
import { readUrl } from './read-url.ts';
import { json } from './reply.ts';

const addInput = z.object({ params: z.object({ projectname: z.string() }), body: z.string() });

/** `POST /add/{projectname}`: brings a repository in under a name, or refreshes it. */
export const add: Handler<z.infer<typeof addInput>> = {
  input: addInput,
  async run(ports, { params, body }, { maxProjects, timeoutSeconds, signal }) {
    const request = { name: params.projectname, url: readUrl(body) };
    const project = await addProject(ports, { ...request, maxProjects, timeoutSeconds, signal });
    const { name, url, commits, tip } = project;
    return json({ name, url, commits, tip });
  },
};

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
  async run({ store }, input) {
    const projects = await store.projects();
    return { kind: 'view', view: 'projects', context: { projects, host: input.host } };
  },
};
