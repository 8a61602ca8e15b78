import { Counter, Histogram, type Registry } from 'prom-client';
import { fetchFailures, type GitOperation, type MetricsPort } from '../../domain/index.ts';

/** From a fetch that finds nothing new to the first one of a very large history, in seconds. */
const durationBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

const operations: readonly GitOperation[] = ['fetch', 'log', 'repack'];

/** Counts and times what git is run for. Every series is there, at 0, from the start. */
export function countGit(registry: Registry): Pick<MetricsPort, 'gitOperation' | 'received'> {
  const duration = new Histogram({
    name: 'gitmon_git_operation_duration_seconds',
    help: 'How long git ran, in seconds, by what for, whether it succeeded or not.',
    labelNames: ['op'],
    buckets: durationBuckets,
    registers: [registry],
  });
  const errors = new Counter({
    name: 'gitmon_git_errors_total',
    help: 'Runs of git that failed, by what for and how.',
    labelNames: ['op', 'reason'],
    registers: [registry],
  });
  const received = new Counter({
    name: 'gitmon_git_received_bytes_total',
    help: 'Bytes that remotes sent in fetches that succeeded, by what they left out.',
    labelNames: ['filter'],
    registers: [registry],
  });

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
