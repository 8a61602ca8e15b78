import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { MetricsPort } from '../../domain/index.ts';
import { countGit, watchGitWorker, type GitWorkerStatus } from './git.ts';
import { internalMetrics, type InsideMetrics } from './internals.ts';
import { setProjectGauges } from './projects.ts';
import { countRefreshes } from './refreshes.ts';
import { countRequests, type MeasuredEndpoint } from './requests.ts';
import { gauges } from './catalogue/index.ts';

/** Their names end in `_total` though they are gauges, which promtool refuses. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/**
 * Counts in a registry of its own and prints the Prometheus text format 0.0.4, never OpenMetrics: after one such
 * answer prom-client would name the counter `request_count` in both.
 */
export function createPrometheusMetrics(options: {
  readonly endpoints: readonly MeasuredEndpoint[];
  /** The program's. */
  readonly version: string;
  /** How many projects there may be. */
  readonly maxProjects: number;
  /** How many refreshes wait for their turn. */
  readonly waiting?: () => number;
  /** How the process does that runs git; it is well where absent. */
  readonly gitWorker?: () => GitWorkerStatus;
}): MetricsPort & InsideMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);

  const build = new Gauge({ ...gauges.buildInfo, registers: [registry] });
  build.set({ version: options.version, node_version: process.versions.node }, 1);
  new Gauge({ ...gauges.projectsLimit, registers: [registry] }).set(options.maxProjects);
  const requests = countRequests(registry, options.endpoints);
  const git = countGit(registry);
  watchGitWorker(registry, options.gitWorker ?? (() => ({ isUp: true, restarts: 0 })));
  const { keep, ...refreshes } = countRefreshes(registry, {
    maxProjects: options.maxProjects,
    waiting: options.waiting ?? (() => 0),
  });
  const inside = internalMetrics(registry);
  const show = setProjectGauges(registry);

  let last: Promise<unknown> = Promise.resolve();
  return {
    ...requests,
    ...git,
    ...refreshes,
    ...inside,
    async exposition(projects) {
      // prom-client prints metric after metric and waits between them, so two at a time could mix.
      const printed = last.then(() => {
        show(projects);
        keep(new Set(projects.map(({ name }) => name)));
        return registry.metrics();
      });
      last = printed.catch(() => {});
      return { type: registry.contentType, text: await printed };
    },
  };
}
