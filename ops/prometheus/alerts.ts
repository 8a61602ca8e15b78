import { gauges, counters, histograms } from '../../adapters/metrics/catalogue/index.ts';
import { bucketsOf, by, increase, job, ofProject, quantile, rate, select } from './promql.ts';
import { recorded } from './recording-rules.ts';

/** A symptom that a person acts on. */
export interface Alert {
  readonly name: string;
  readonly promql: string;
  /** For how long it must be so. */
  readonly for: string;
  /** `critical`: look now; `warning`: look today; `info`: know of it. */
  readonly severity: 'critical' | 'warning' | 'info';
  readonly summary: string;
  readonly description: string;
}

const day = 86_400;
const up = { name: 'up', help: '', labelNames: [] };
const isUp = select(recorded.upstreamUp);
const project = '{{ $labels.project }}';
const now = '{{ $value | humanizePercentage }}';
const lasting = '{{ $value | humanizeDuration }}';

/** Every alert; `docs/runbook.md` says of each what to do. */
export const alerts: readonly Alert[] = [
  {
    name: 'GitmonServerDown',
    promql: `${select(up, { job })} == 0 or absent(${select(up, { job })})`,
    for: '2m',
    severity: 'critical',
    summary: 'The git monitoring server does not answer Prometheus.',
    description:
      'No metrics came from {{ or $labels.instance "any server" }} for two minutes: nobody can read histories there, and no repository is refreshed.',
  },
  {
    name: 'GitmonErrorRatioHigh',
    promql: `${select(recorded.errorRatio)} > 0.05`,
    for: '10m',
    severity: 'critical',
    summary: 'The server fails to answer requests.',
    description: `${now} of the requests of the last five minutes were answered 5xx, apart from /add.`,
  },
  {
    name: 'GitmonAddsSlow',
    promql: `${quantile(
      0.95,
      by(
        'sum',
        ['job', 'le'],
        rate(
          select(bucketsOf(histograms.requestSeconds), { endpoint: { like: '/add/.+' } }),
          '15m',
        ),
      ),
    )} > 30`,
    for: '10m',
    severity: 'warning',
    summary: 'Adding repositories is slow.',
    description: `One request in twenty to /add took more than ${lasting}, over the last 15 minutes.`,
  },
  {
    name: 'GitmonUpstreamDown',
    promql: `${isUp} == 0`,
    for: '30m',
    severity: 'warning',
    summary: `The repository of ${project} cannot be fetched.`,
    description: `Every attempt to fetch ${project} failed for half an hour; its history is shown as of the last success.`,
  },
  {
    name: 'GitmonMostUpstreamsDown',
    promql: `(1 - avg(${isUp})) > 0.5 and count(${isUp}) >= 3`,
    for: '5m',
    severity: 'critical',
    summary: 'Most repositories cannot be fetched.',
    description: `${now} of all repositories cannot be fetched, so that the reason is likely to be with this server: its network, name service, proxy or certificates.`,
  },
  {
    name: 'GitmonRefreshStale',
    promql: `time() - ${ofProject(select(gauges.nextRefreshAt))} > 900`,
    for: '5m',
    severity: 'warning',
    summary: `${project} is not refreshed any more.`,
    description: `The refresh of ${project} is ${lasting} overdue: nobody has tried to fetch it since, well or not.`,
  },
  {
    name: 'GitmonHistoryRewritten',
    promql: `${ofProject(increase(select(counters.rewrites), '1h'))} > 0`,
    for: '0s',
    severity: 'info',
    summary: `The history of ${project} was rewritten.`,
    description: `Commits of the default branch of ${project} are gone since less than an hour ago, as after a forced push.`,
  },
  {
    name: 'GitmonUnusualSilence',
    promql: [
      // Four days let a long weekend pass; after 90 silence is what is usual.
      `(${select(recorded.silence)} > 4 * ${ofProject(select(gauges.commitGap, { stat: 'p95' }))}`,
      `and ${select(recorded.silence)} > ${4 * day} and ${select(recorded.silence)} < ${90 * day})`,
      `and ${isUp} == 1`,
    ].join(' '),
    for: '1h',
    severity: 'info',
    summary: `${project} is silent for unusually long.`,
    description: `The newest commit of ${project} is ${lasting} old, more than four times the longest gaps that are usual there.`,
  },
  {
    name: 'GitmonQueueGrowing',
    promql: by(
      'max',
      ['job'],
      `deriv(${select(gauges.queueDepth)}[30m]) > 0 and min_over_time(${select(gauges.queueDepth)}[30m]) > 10`,
    ),
    for: '15m',
    severity: 'warning',
    summary: 'More repositories wait to be refreshed than are.',
    description: `The queue of refreshes was never below ten in half an hour and grows by {{ $value | humanize }} a second: news arrives late.`,
  },
  {
    name: 'GitmonProjectsNearLimit',
    promql: `${by(
      'max',
      ['job'],
      `sum by (job, instance) (${select(gauges.projects)}) / on (job, instance) ${select(gauges.projectsLimit)}`,
    )} > 0.9`,
    for: '15m',
    severity: 'warning',
    summary: 'There is hardly room for more projects.',
    description: `${now} of the projects that there may be exist; beyond that, adding one is refused.`,
  },
];

/** Where people find what to do about an alert. */
export function runbook({ name }: Pick<Alert, 'name'>): string {
  return `docs/runbook.md#${name.toLowerCase()}`;
}
