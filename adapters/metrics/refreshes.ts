import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { MetricsPort, RefreshResult } from '../../domain/index.ts';
import { counters, gauges, histograms, type Metric } from './catalogue/index.ts';

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
export function countRefreshes(
  registry: Registry,
  { maxProjects, waiting }: { readonly maxProjects: number; readonly waiting: () => number },
): RefreshMetrics {
  const registers = [registry];
  const refreshes = new Counter({ ...counters.refreshes, registers });
  const byProject = (metric: Metric<'project'>) => new Counter({ ...metric, registers });
  const rewrites = byProject(counters.rewrites);
  const lost = byProject(counters.commitsLost);
  const observed = byProject(counters.commitsObserved);
  const delay = new Histogram({ ...histograms.detectionDelay, buckets: delayBuckets, registers });
  const wait = new Histogram({ ...histograms.refreshWait, buckets: waitBuckets, registers });
  const depth: Gauge = new Gauge({
    ...gauges.queueDepth,
    registers,
    collect: () => depth.set(waiting()),
  });

  /** The one that was refreshed last is the last. */
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
        // It may be gone before anything is shown; only what is known is dropped then.
        if (!known.delete(project)) begin(project);
        known.add(project);
        refreshes.inc({ project, result });
        rewrites.inc({ project }, change.lost > 0 ? 1 : 0);
        lost.inc({ project }, change.lost);
        observed.inc({ project }, change.added);
      }
      // Where nobody asks for an exposition, projects that are gone are those that have not been refreshed for the longest time.
      for (const project of known) {
        if (known.size <= 2 * maxProjects) break;
        end(project);
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
