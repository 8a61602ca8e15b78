import { z } from 'zod';
import { parseProjectName, parseRepositoryUrl } from '../../domain/index.ts';
import { addAsync, startAdd } from '../contract/start-add.ts';
import type { Handler, RequestHeaders } from '../contract/handler.ts';
import { prefersAsync } from '../http/prefer.ts';
import { readUrl } from '../http/url-body.ts';
import { json } from '../contract/reply.ts';

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
      return addAsync(ports, { name, url: parseRepositoryUrl(readUrl(body)) }, call);
    }
    const project = await startAdd(ports, { name: params.projectname, url: readUrl(body) }, call);
    const { name, url, commits, tip } = project;
    return json({ name, url, commits, tip });
  },
};
