import { Gauge, type Registry } from 'prom-client';
import type { Project, ProjectState } from '../../domain/index.ts';

const states: readonly ProjectState[] = ['up', 'failing', 'pending'];

interface ProjectGauge {
  readonly name: string;
  readonly help: string;
  /** Null where there is nothing to tell. */
  readonly value: (project: Project) => number | null;
}

const projectGauges: readonly ProjectGauge[] = [
  {
    name: 'gitmon_commits',
    help: 'Commits reachable from the tip of the default branch.',
    value: ({ state, commits }) => (state === 'pending' ? null : commits),
  },
  {
    name: 'gitmon_head_commit_timestamp_seconds',
    help: 'When the newest commit was committed, in epoch seconds.',
    value: ({ tipCommittedAt }) => tipCommittedAt,
  },
  {
    name: 'gitmon_upstream_up',
    help: 'Whether the last attempt to fetch the repository succeeded, 1 or 0.',
    value: ({ state, lastAttemptAt }) => (lastAttemptAt === null ? null : Number(state === 'up')),
  },
  {
    name: 'gitmon_last_attempt_timestamp_seconds',
    help: 'When the repository was last asked for news, in epoch seconds.',
    value: ({ lastAttemptAt }) => lastAttemptAt,
  },
  {
    name: 'gitmon_last_success_timestamp_seconds',
    help: 'When the repository last answered, in epoch seconds.',
    value: ({ lastSuccessAt }) => lastSuccessAt,
  },
];

/**
 * Tells how projects are.
 * @returns a function that replaces what is told by these projects, so that the series of others are gone
 */
export function showProjects(registry: Registry): (projects: readonly Project[]) => void {
  const count = new Gauge({
    name: 'gitmon_projects',
    help: 'Projects by state: up, failing (the last fetch failed), pending (no history yet).',
    labelNames: ['state'],
    registers: [registry],
  });
  const gauges = projectGauges.map(({ name, help, value }) => ({
    gauge: new Gauge({ name, help, labelNames: ['project'], registers: [registry] }),
    value,
  }));

  return (projects) => {
    for (const state of states) {
      count.set({ state }, projects.filter((project) => project.state === state).length);
    }
    for (const { gauge, value } of gauges) {
      gauge.reset();
      for (const project of projects) {
        const told = value(project);
        if (told !== null) gauge.set({ project: project.name }, told);
      }
    }
  };
}
