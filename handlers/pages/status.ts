import { z } from 'zod';
import type { Project } from '../../domain/index.ts';
import { diagnose } from './diagnostics.ts';
import type { Handler } from '../contract/handler.ts';
import { lastTrouble, titleOf } from '../contract/problems.ts';
import { countStates } from './states.ts';
import type { FailingProject } from './status-views.ts';

/** How many projects that fail are named. */
const mostNamed = 50;

/** `GET /status`: how the server is doing, for whoever runs it. */
export const status: Handler = {
  input: z.unknown(),
  async run(ports, _input, { version, maxProjects, openSession }) {
    const now = Math.floor(Date.now() / 1000);
    const found = await ports.status.read();
    const projects = await ports.store.projects();
    const canWrite = await ports.store.check().then(
      () => true,
      () => false,
    );
    const failing = projects.filter(({ state }) => state === 'failing');
    const counts = countStates(projects);
    return {
      kind: 'view',
      view: 'status',
      context: {
        version,
        status: found,
        uptimeSeconds: Math.max(0, now - found.startedAt),
        counts,
        maxProjects,
        failing: failing.slice(0, mostNamed).map(toFailing),
        advice: diagnose({ status: found, projects, maxProjects, canWrite, now }),
        hasTokens: openSession !== undefined,
      },
    };
  },
  coalesceBy: () => '',
};

function toFailing(project: Project): FailingProject {
  const { name, lastSuccessAt, nextRefreshAt } = project;
  const trouble = lastTrouble(project) ?? titleOf('internal').toLowerCase();
  return { name, lastSuccessAt, nextRefreshAt, trouble };
}
