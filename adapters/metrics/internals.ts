import { Counter, Histogram, type Registry } from 'prom-client';
import { counters, histograms } from './catalogue/index.ts';

const durationBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

/** What adapters tell of their own work. */
export interface InsideMetrics {
  /** One call of the store that came to an end, well or not. */
  storeOperation(op: string, seconds: number): void;
  /** One look into the cache of ready answers. */
  cacheRequest(result: 'hit' | 'miss' | 'too_large'): void;
}

/** Times the store and counts what the cache was good for. */
export function internalMetrics(registry: Registry): InsideMetrics {
  const duration = new Histogram({
    ...histograms.storeSeconds,
    buckets: durationBuckets,
    registers: [registry],
  });
  const requests = new Counter({ ...counters.cacheRequests, registers: [registry] });
  for (const result of ['hit', 'miss', 'too_large']) requests.inc({ cache: 'answers', result }, 0);
  return {
    storeOperation: (op, seconds) => duration.observe({ op }, seconds),
    cacheRequest: (result) => requests.inc({ cache: 'answers', result }),
  };
}
