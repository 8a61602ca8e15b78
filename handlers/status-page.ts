import { z } from 'zod';
import type { Project, ProjectState } from '../domain/index.ts';
import { adviceOn } from './advice.ts';
import type { Handler } from './handler.ts';
import { titleOf } from './problems.ts';
import type { FailingProject } from './status-views.ts';

/** How many projects that fail are named. */
const mostNamed = 50;

/** `GET /status`: how the server is doing, for whoever runs it. */
export const status: Handler = {
  input: z.unknown(),
  async run(ports, _input, { version, maxProjects, openSession }) {
    const [now, found, projects] = [
      Math.floor(Date.now() / 1000),
      await ports.status.read(),
      await ports.store.projects(),
    ];
    const canWrite = await ports.store.check().then(
      () => true,
      () => false,
    );
    const failing = projects.filter(({ state }) => state === 'failing');
    const count = (state: ProjectState) =>
      projects.filter((project) => project.state === state).length;
    return {
      kind: 'view',
      view: 'status',
      context: {
        version,
        status: found,
        uptimeSeconds: Math.max(0, now - found.startedAt),
        counts: { up: count('up'), failing: count('failing'), pending: count('pending') },
        maxProjects,
        failing: failing.slice(0, mostNamed).map(toFailing),
        advice: adviceOn({ status: found, projects, maxProjects, canWrite, now }),
        hasTokens: openSession !== undefined,
      },
    };
  },
};

function toFailing({ name, lastSuccessAt, nextRefreshAt, lastOutcome }: Project): FailingProject {
  const code = lastOutcome === null || lastOutcome === 'ok' ? 'internal' : lastOutcome;
  return { name, lastSuccessAt, nextRefreshAt, trouble: titleOf(code).toLowerCase() };
}
