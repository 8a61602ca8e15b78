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
  {
    name: 'gitmon_next_refresh_timestamp_seconds',
    help: 'When the repository is to be asked for news again, in epoch seconds.',
    value: ({ nextRefreshAt, lastAttemptAt }) => (lastAttemptAt === null ? null : nextRefreshAt),
  },
  {
    name: 'gitmon_refresh_interval_seconds',
    help: 'From the last attempt to the next one, in seconds.',
    value: ({ nextRefreshAt, lastAttemptAt }) =>
      lastAttemptAt === null ? null : nextRefreshAt - lastAttemptAt,
  },
];

const windows = ['d7', 'd30', 'd90'] as const;
const stats = ['p50', 'p95'] as const;

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

  const info = new Gauge({
    name: 'gitmon_project_info',
    help: 'Always 1; the labels tell where a project comes from.',
    labelNames: ['project', 'host', 'default_branch'],
    registers: [registry],
  });
  const authors = new Gauge({
    name: 'gitmon_authors',
    help: 'People who wrote the commits of the last 7, 30 and 90 days, as of the last refresh.',
    labelNames: ['project', 'window'],
    registers: [registry],
  });
  const gap = new Gauge({
    name: 'gitmon_commit_gap_seconds',
    help: 'Usual time between two commits, of the newest 1,000, in seconds: median and 95th percentile.',
    labelNames: ['project', 'stat'],
    registers: [registry],
  });

  return (projects) => {
    for (const gauge of [info, authors, gap]) gauge.reset();
    for (const { name, url, defaultBranch, activity } of projects) {
      info.set({ project: name, host: new URL(url).host, default_branch: defaultBranch ?? '' }, 1);
      if (activity === null) continue;
      for (const window of windows) {
        const label = `${window.slice(1)}d`;
        authors.set({ project: name, window: label }, activity.authors[window]);
      }
      if (activity.gapSeconds === null) continue;
      for (const stat of stats) gap.set({ project: name, stat }, activity.gapSeconds[stat]);
    }
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
