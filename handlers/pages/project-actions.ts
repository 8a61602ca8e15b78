import { z } from 'zod';
import { removeProject, type Project } from '../../domain/index.ts';
import { refreshing } from '../contract/start-add.ts';
import { requireProject } from '../contract/find-project.ts';
import { runAsJob } from '../contract/run-as-job.ts';
import type { Handler } from '../contract/handler.ts';
import { problemOf } from '../contract/problems.ts';
import type { Reply } from '../contract/reply.ts';
import { view } from './view.ts';

const input = z.object({ params: z.object({ projectname: z.string() }) });

const toOverview: Reply = { kind: 'empty', status: 303, headers: { location: '/' } };

/** `POST /refresh/{projectname}`: the button of `/`, where the project then tells how it went. */
export const refreshByForm: Handler<z.infer<typeof input>> = {
  input,
  async run(ports, { params: { projectname } }, call) {
    const { name, url } = await requireProject(ports, projectname);
    const work = refreshing(ports, name, call);
    call.takePlace?.();
    try {
      const { source } = call.sender;
      await runAsJob(ports, { what: 'refresh', project: name, url, source }, work);
    } catch (error) {
      // What a remote answers is the state of the project; anything else the client has to hear of.
      const { code } = problemOf(error);
      if ((await ports.store.project(name))?.lastOutcome !== code) throw error;
    }
    return toOverview;
  },
};

const removePage = view<{ readonly project: Project }>('remove');

/** `GET /remove/{projectname}`: asks whether that is meant. */
export const confirmRemoval: Handler<z.infer<typeof input>> = {
  input,
  async run(ports, { params: { projectname } }) {
    return removePage({ project: await requireProject(ports, projectname) });
  },
};

/** `POST /remove/{projectname}`: removes a project. */
export const removeByForm: Handler<z.infer<typeof input>> = {
  input,
  async run(ports, { params: { projectname } }) {
    await removeProject(ports, { name: projectname });
    return toOverview;
  },
};
