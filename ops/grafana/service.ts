import { BigValueTextMode } from '@grafana/grafana-foundation-sdk/common';
import {
  counters,
  gauges,
  histograms,
  processCounters,
  processGauges,
  type Metric,
} from '../../adapters/metrics/catalogue/index.ts';
import { recorded } from '../prometheus/recording-rules.ts';
import { bucketsOf, by, job, quantile, rate, select, sumOf } from '../prometheus/promql.ts';
import { dashboard } from './dashboard.ts';
import { graph, stat, type Asked } from './panels.ts';

/** Prometheus asks for `/metrics` all the time, which would hide how long others wait. */
const people = { endpoint: { unlike: '/metrics|/static/.+' } };

const ofEach = (what: string, gauge: Metric): Asked => [
  `${what} {{instance}}`,
  by('max', ['instance'], select(gauge, { job })),
];

const parts = [
  ['half', 0.5],
  ['95 %', 0.95],
  ['99 %', 0.99],
] as const;

const traffic = [
  stat({
    title: 'Up for',
    description:
      'How long ago the server that started last did so: a small number may be a restart that nobody wanted.',
    unit: 's',
    width: 6,
    asked: [['', `time() - max(${select(processGauges.startedAt, { job })})`]],
  }),
  stat({
    title: 'Error ratio',
    description:
      'Which part of requests was answered 5xx over five minutes, apart from /add, which answers 500 where a remote fails. An alert fires above 5 %.',
    unit: 'percentunit',
    width: 6,
    steps: [
      [null, 'green'],
      [0.01, 'orange'],
      [0.05, 'red'],
    ],
    asked: [['', `max(${select(recorded.errorRatio)})`]],
  }),
  stat({
    title: 'Waiting refreshes',
    description:
      'Refreshes that wait for their turn. More than ten for long mean that news arrives late.',
    unit: 'short',
    width: 6,
    steps: [
      [null, 'green'],
      [10, 'orange'],
      [100, 'red'],
    ],
    asked: [['', `max(${select(gauges.queueDepth)})`]],
  }),
  stat({
    title: 'Version',
    description: 'Which version of the program runs; several while one takes over from another.',
    unit: 'short',
    width: 6,
    asked: [['{{version}}', by('count', ['version'], select(gauges.buildInfo))]],
  }).textMode(BigValueTextMode.Name),
  graph({
    title: 'Traffic',
    description:
      'Requests a second by route. /metrics is Prometheus itself, the health checks are the container.',
    unit: 'reqps',
    width: 12,
    style: 'stacked',
    asked: [['{{endpoint}}', by('sum', ['endpoint'], rate(select(counters.requests)))]],
  }),
  graph({
    title: 'Errors',
    description:
      'Requests a second that were refused (4xx) or failed (5xx), by status. 500 on /add is a remote that could not be fetched; any other 5xx is a fault of the server.',
    unit: 'reqps',
    width: 12,
    style: 'stacked',
    asked: [
      [
        '{{http_status}}',
        by(
          'sum',
          ['http_status'],
          rate(select(counters.requests, { http_status: { like: '[45]..' } })),
        ),
      ],
    ],
  }),
  graph({
    title: 'Latency',
    description:
      'What half, 95 % and 99 % of the requests of people are answered within, over five minutes; the slowest are mostly /add.',
    unit: 's',
    width: 12,
    noValue: 'nobody asked in the last five minutes',
    asked: parts.map(([legend, part]) => [
      legend,
      quantile(
        part,
        by('sum', ['le'], rate(select(bucketsOf(histograms.requestSeconds), people), '5m')),
      ),
    ]),
  }),
  graph({
    title: 'Latency by route',
    description:
      'What 95 % of the requests of each route are answered within. More than 30 s on /add raise an alert.',
    unit: 's',
    width: 12,
    steps: [
      [null, 'green'],
      [30, 'red'],
    ],
    asked: [
      [
        '{{endpoint}}',
        quantile(
          0.95,
          by('sum', ['endpoint', 'le'], rate(select(bucketsOf(histograms.requestSeconds)), '5m')),
        ),
      ],
    ],
  }),
];

const machinery = [
  graph({
    title: 'Event loop',
    description:
      'How late the process comes to what it has to do: half of the times, and the worst hundredth. Above a tenth of a second requests wait for computation.',
    unit: 's',
    width: 12,
    steps: [
      [null, 'green'],
      [0.1, 'red'],
    ],
    asked: [
      ofEach('p50', processGauges.eventLoopLagP50),
      ofEach('p99', processGauges.eventLoopLagP99),
    ],
  }),
  graph({
    title: 'Processor',
    description:
      'How many processors the server itself keeps busy; git runs in processes of its own, which are not in it.',
    unit: 'short',
    width: 12,
    asked: [
      ['{{instance}}', by('sum', ['instance'], rate(select(processCounters.cpuSeconds, { job })))],
    ],
  }),
  graph({
    title: 'Memory',
    description:
      "What the server's process holds in memory, and how much of it is objects and buffers. A resident line that only climbs for days is a leak.",
    unit: 'bytes',
    width: 12,
    asked: [
      ofEach('resident', processGauges.residentBytes),
      ofEach('heap', processGauges.heapTotalBytes),
      ofEach('heap in use', processGauges.heapUsedBytes),
      ofEach('buffers', processGauges.externalBytes),
    ],
  }),
  graph({
    title: 'Open files',
    description:
      'Files and connections that the process has open. A line that only climbs is a leak.',
    unit: 'short',
    width: 12,
    asked: [ofEach('', processGauges.openFiles)],
  }),
  graph({
    title: 'Cache',
    description:
      'Looks into the cache of ready answers, a second. Many misses of what was asked before: give CACHE_MAX_BYTES more. too_large is never kept.',
    unit: 'ops',
    width: 12,
    style: 'stacked',
    asked: [['{{result}}', by('sum', ['result'], rate(select(counters.cacheRequests)))]],
  }),
  graph({
    title: 'Store time by operation',
    description:
      'How many seconds a second calls of the store take. One that grows with nothing else points at the disk.',
    unit: 's',
    width: 12,
    style: 'stacked',
    asked: [['{{op}}', by('sum', ['op'], rate(select(sumOf(histograms.storeSeconds))))]],
  }),
  graph({
    title: 'Git time by operation',
    description:
      'How many seconds a second git runs: 2 are two gits at a time. fetch waits for remotes, log and repack work on the disk here.',
    unit: 's',
    width: 12,
    style: 'stacked',
    asked: [['{{op}}', by('sum', ['op'], rate(select(sumOf(histograms.gitSeconds))))]],
  }),
  graph({
    title: 'Queue',
    description:
      'Refreshes that wait for their turn, and how late 95 % of those of the last hour began at the most. An alert fires where the queue keeps growing.',
    unit: 'short',
    width: 12,
    asked: [
      ofEach('waiting', gauges.queueDepth),
      [
        'seconds late',
        quantile(0.95, by('sum', ['le'], rate(select(bucketsOf(histograms.refreshWait)), '1h'))),
      ],
    ],
  }),
];

/** How the server itself is doing. */
export const service = () =>
  dashboard({
    name: 'service',
    title: 'Git: service',
    description:
      'How the server itself is doing: traffic, errors, latency, and what goes on inside.',
    since: '6h',
    panels: [...traffic, ...machinery],
  });
