import { Counter, Histogram, type Registry } from 'prom-client';
import type { MetricsPort } from '../../domain/index.ts';
import { counters, histograms } from './catalogue/index.ts';

/** What one route can be asked and answer: its series are there, at 0, before the first request. */
export interface MeasuredEndpoint {
  /** The route's template, `/list/{projectname}`. */
  readonly endpoint: string;
  readonly method: string;
  readonly statuses: readonly number[];
  /** Whether its time counts in the latency; health checks would drown the rest. */
  readonly timed: boolean;
}

/** The buckets of Python's prometheus_client in seconds, which the first dashboards were made for, and three for slow fetches. */
const latencyBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120,
];

const labels = { app_name: 'server' };

/** Counts and times requests, by the names that the earlier program's dashboards ask for. */
export function countRequests(
  registry: Registry,
  endpoints: readonly MeasuredEndpoint[],
): Pick<MetricsPort, 'request'> {
  const count = new Counter({ ...counters.requests, registers: [registry] });
  const latency = new Histogram({
    ...histograms.requestSeconds,
    buckets: latencyBuckets,
    registers: [registry],
  });

  const untimed = new Set<string>();
  for (const { endpoint, method, statuses, timed } of endpoints) {
    for (const status of statuses) {
      count.inc({ ...labels, method, endpoint, http_status: status }, 0);
    }
    if (timed) latency.zero({ ...labels, endpoint });
    else untimed.add(endpoint);
  }

  return {
    request({ method, endpoint, status, seconds }) {
      count.inc({ ...labels, method: method.toUpperCase(), endpoint, http_status: status });
      if (!untimed.has(endpoint)) latency.observe({ ...labels, endpoint }, seconds);
    },
  };
}
