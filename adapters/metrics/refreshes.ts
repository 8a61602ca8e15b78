import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MetricsPort, RefreshResult } from '../../domain/index.ts';

const results: readonly RefreshResult[] = ['unchanged', 'updated', 'rewritten', 'failed'];

/** From a push that is seen at once to one that is seen after eight hours, in seconds. */
const delayBuckets = [1, 5, 15, 60, 300, 900, 3600, 7200, 14_400, 28_800];

/** How late a refresh begins, in seconds. */
const waitBuckets = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600];

interface RefreshMetrics extends Pick<MetricsPort, 'refreshed' | 'refreshWaited'> {
  /** Drops the series of every project but these, which have one of each from then on. */
  keep(projects: ReadonlySet<string>): void;
}

/** Counts refreshes and what they found, by project. */
export function countRefreshes(registry: Registry, waiting: () => number): RefreshMetrics {
  const registers = [registry];
  const refreshes = new Counter({
    name: 'gitmon_refreshes_total',
    help: 'Refreshes by project and result: unchanged, updated, rewritten (commits were lost), failed.',
    labelNames: ['project', 'result'],
    registers,
  });
  const byProject = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['project'], registers });
  const rewrites = byProject(
    'gitmon_history_rewrites_total',
    'Refreshes that found commits gone, as after a forced push.',
  );
  const lost = byProject('gitmon_commits_lost_total', 'Commits that refreshes found gone.');
  const observed = byProject('gitmon_commits_observed_total', 'Commits that refreshes found new.');
  const delay = new Histogram({
    name: 'gitmon_detection_delay_seconds',
    help: 'From the committer date of the newest commit to the refresh that found it, in seconds.',
    buckets: delayBuckets,
    registers,
  });
  const wait = new Histogram({
    name: 'gitmon_refresh_wait_seconds',
    help: 'How long refreshes waited for their turn after their time had come, in seconds.',
    buckets: waitBuckets,
    registers,
  });
  const depth: Gauge = new Gauge({
    name: 'gitmon_refresh_queue_depth',
    help: 'Refreshes that wait for their turn.',
    registers,
    collect: () => depth.set(waiting()),
  });

  const known = new Set<string>();
  const begin = (project: string) => {
    known.add(project);
    for (const result of results) refreshes.inc({ project, result }, 0);
    for (const counter of [rewrites, lost, observed]) counter.inc({ project }, 0);
  };
  const end = (project: string) => {
    known.delete(project);
    for (const result of results) refreshes.remove({ project, result });
    for (const counter of [rewrites, lost, observed]) counter.remove({ project });
  };

  return {
    refreshed({ projects, result, change, detectionSeconds }) {
      for (const project of projects) {
        refreshes.inc({ project, result });
        rewrites.inc({ project }, change.lost > 0 ? 1 : 0);
        lost.inc({ project }, change.lost);
        observed.inc({ project }, change.added);
      }
      if (detectionSeconds !== null) delay.observe(detectionSeconds);
    },
    refreshWaited: (seconds) => wait.observe(seconds),
    keep(projects) {
      for (const project of known) if (!projects.has(project)) end(project);
      for (const project of projects) if (!known.has(project)) begin(project);
    },
  };
}
