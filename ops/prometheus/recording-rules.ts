import { counters, gauges, type Metric } from '../../adapters/metrics/catalogue/index.ts';
import { by, ofProject, rate, select } from './promql.ts';

/** A series that Prometheus computes from others, and panels and alerts ask for as for any metric. */
export interface Recorded extends Metric {
  readonly promql: string;
}

/**
 * Health checks and scrapes would hide failures of the rest. On `/add` 500 says that a remote repository could not be
 * fetched, which the alerts about upstreams tell.
 */
const served = { unlike: '/add/.+|/healthz|/readyz|/metrics' };

/** Named as Prometheus recommends, by what is left of the labels, the metric, and what was done to it. */
export const recorded = {
  errorRatio: {
    name: 'job:request_errors:ratio_rate5m',
    help: 'Which part of requests, apart from /add and those of machines, was answered 5xx.',
    labelNames: ['job'],
    // Where nobody asks for anything, 0 / 0 is no number.
    promql: `${sumOfServed({ http_status: { like: '5..' } })} / (${sumOfServed({})} > 0) or 0 * ${sumOfServed({})}`,
  },
  upstreamUp: {
    name: 'project:gitmon_upstream_up:max',
    help: 'Whether the last attempt to fetch the repository succeeded, 1 or 0.',
    labelNames: ['project'],
    promql: ofProject(select(gauges.upstreamUp)),
  },
  silence: {
    name: 'project:gitmon_silence_seconds:min',
    help: 'How long ago the newest commit was committed, in seconds.',
    labelNames: ['project'],
    promql: `time() - ${ofProject(select(gauges.headCommittedAt))}`,
  },
} as const satisfies Readonly<Record<string, Recorded>>;

function sumOfServed(where: { readonly http_status?: { readonly like: string } }): string {
  return by('sum', ['job'], rate(select(counters.requests, { ...where, endpoint: served }), '5m'));
}
