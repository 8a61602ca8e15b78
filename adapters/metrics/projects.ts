import { Gauge, type Registry } from 'prom-client';
import type { Project, ProjectState } from '../../domain/index.ts';
import { gauges, type Metric } from './catalogue/index.ts';

const states: readonly ProjectState[] = ['up', 'failing', 'pending'];

interface ProjectGauge {
  readonly metric: Metric<'project'>;
  /** Null where there is nothing to tell. */
  readonly value: (project: Project) => number | null;
}

const projectGauges: readonly ProjectGauge[] = [
  {
    metric: gauges.commits,
    value: ({ state, commits }) => (state === 'pending' ? null : commits),
  },
  {
    metric: gauges.headCommittedAt,
    value: ({ tipCommittedAt }) => tipCommittedAt,
  },
  {
    metric: gauges.upstreamUp,
    value: ({ state, lastAttemptAt }) => (lastAttemptAt === null ? null : Number(state === 'up')),
  },
  {
    metric: gauges.lastAttemptAt,
    value: ({ lastAttemptAt }) => lastAttemptAt,
  },
  {
    metric: gauges.lastSuccessAt,
    value: ({ lastSuccessAt }) => lastSuccessAt,
  },
  {
    metric: gauges.nextRefreshAt,
    value: ({ nextRefreshAt, lastAttemptAt }) => (lastAttemptAt === null ? null : nextRefreshAt),
  },
  {
    metric: gauges.refreshInterval,
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
export function setProjectGauges(registry: Registry): (projects: readonly Project[]) => void {
  const count = new Gauge({ ...gauges.projects, registers: [registry] });
  const told = projectGauges.map(({ metric, value }) => ({
    gauge: new Gauge({ ...metric, registers: [registry] }),
    value,
  }));

  const info = new Gauge({ ...gauges.projectInfo, registers: [registry] });
  const authors = new Gauge({ ...gauges.authors, registers: [registry] });
  const gap = new Gauge({ ...gauges.commitGap, registers: [registry] });

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
    for (const { gauge, value } of told) {
      gauge.reset();
      for (const project of projects) {
        const now = value(project);
        if (now !== null) gauge.set({ project: project.name }, now);
      }
    }
  };
}
