import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { fetchFailures, type GitOperation, type MetricsPort } from '../../domain/index.ts';
import { counters, gauges, histograms } from './catalogue/index.ts';

/** From a fetch that finds nothing new to the first one of a very large history, in seconds. */
const durationBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

const operations: readonly GitOperation[] = ['fetch', 'log', 'repack'];

/** Counts and times what git is run for. Every series is there, at 0, from the start. */
export function countGit(registry: Registry): Pick<MetricsPort, 'gitOperation' | 'received'> {
  const duration = new Histogram({
    ...histograms.gitSeconds,
    buckets: durationBuckets,
    registers: [registry],
  });
  const errors = new Counter({ ...counters.gitErrors, registers: [registry] });
  const received = new Counter({ ...counters.receivedBytes, registers: [registry] });

  for (const op of operations) {
    duration.zero({ op });
    for (const reason of fetchFailures) errors.inc({ op, reason }, 0);
  }
  for (const filter of ['tree:0', 'none']) received.inc({ filter }, 0);

  return {
    gitOperation({ op, seconds, failure }) {
      duration.observe({ op }, seconds);
      if (failure !== undefined) errors.inc({ op, reason: failure });
    },
    received({ filter, receivedBytes }) {
      received.inc({ filter }, receivedBytes);
    },
  };
}

/** How the process does that runs git. */
export interface GitWorkerStatus {
  readonly isUp: boolean;
  readonly restarts: number;
}

/** Tells how the process does that runs git, as of each scrape. */
export function watchGitWorker(registry: Registry, read: () => GitWorkerStatus): void {
  const registers = [registry];
  const up: Gauge = new Gauge({
    ...gauges.gitWorkerUp,
    registers,
    collect: () => up.set(Number(read().isUp)),
  });
  const restarts: Counter = new Counter({
    ...counters.gitWorkerRestarts,
    registers,
    collect: () => {
      restarts.reset();
      restarts.inc(read().restarts);
    },
  });
}
