import { z } from 'zod';
import type { Project } from '../../domain/index.ts';
import type { ServerStatus } from '../contract/ports.ts';
import { diagnose, type Advice } from './diagnostics.ts';
import type { Handler } from '../contract/handler.ts';
import { lastTrouble, titleOf } from '../contract/problems.ts';
import { countStates, type StateCounts } from './states.ts';
import { view } from './view.ts';

/** What `/status` shows. */
interface StatusView {
  readonly version: string;
  readonly status: ServerStatus;
  readonly uptimeSeconds: number;
  readonly counts: StateCounts;
  readonly maxProjects: number;
  /** Of them all; the page names the first of them. */
  readonly failing: readonly FailingProject[];
  readonly advice: readonly Advice[];
  /** Whether there is something to log in to. */
  readonly hasTokens: boolean;
}

/** A project whose last fetch failed. */
interface FailingProject extends Pick<Project, 'name' | 'lastSuccessAt' | 'nextRefreshAt'> {
  /** In a few words. */
  readonly trouble: string;
}

const statusPage = view<StatusView>('status');

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
    return statusPage({
      version,
      status: found,
      uptimeSeconds: Math.max(0, now - found.startedAt),
      counts,
      maxProjects,
      failing: failing.slice(0, mostNamed).map(toFailing),
      advice: diagnose({ status: found, projects, maxProjects, canWrite, now }),
      hasTokens: openSession !== undefined,
    });
  },
  coalesceBy: () => '',
};

function toFailing(project: Project): FailingProject {
  const { name, lastSuccessAt, nextRefreshAt } = project;
  const trouble = lastTrouble(project) ?? titleOf('internal').toLowerCase();
  return { name, lastSuccessAt, nextRefreshAt, trouble };
}
