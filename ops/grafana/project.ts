import {
  AnnotationQueryBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { counters, gauges } from '../../adapters/metrics/catalogue/index.ts';
import { recorded } from '../prometheus/recording-rules.ts';
import { by, increase, ofProject, select } from '../prometheus/promql.ts';
import { dashboard } from './dashboard.ts';
import { upAndDown } from './fleet-table.ts';
import { datasource, graph, overTime, stat } from './panels.ts';

const project = '$project';
const ofIt = { project };

const event = (name: string, colour: string, promql: string) =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(colour)
    .expr(`${ofProject(promql)} > 0`)
    .titleFormat(name)
    .step('60s')
    .target(overTime(['', `${ofProject(promql)} > 0`], 0));

const numbers = [
  stat({
    title: 'Upstream',
    description: 'Whether the repository could be fetched last.',
    unit: 'short',
    width: 4,
    steps: [
      [null, 'red'],
      [1, 'green'],
    ],
    asked: [['', select(recorded.upstreamUp, ofIt)]],
  }).mappings([upAndDown]),
  stat({
    title: 'Commits',
    description: 'Commits of the default branch.',
    unit: 'locale',
    width: 4,
    asked: [['', ofProject(select(gauges.commits, ofIt))]],
  }),
  stat({
    title: 'Last commit',
    description: 'When the newest commit was committed.',
    unit: 'dateTimeFromNow',
    width: 4,
    asked: [['', `${ofProject(select(gauges.headCommittedAt, ofIt))} * 1000`]],
  }),
  stat({
    title: 'Authors',
    description: 'People who wrote the commits of the last 30 days.',
    unit: 'short',
    width: 4,
    asked: [['', ofProject(select(gauges.authors, { project, window: '30d' }))]],
  }),
  stat({
    title: 'Last success',
    description: 'When the repository last answered.',
    unit: 'dateTimeFromNow',
    width: 4,
    asked: [['', `${ofProject(select(gauges.lastSuccessAt, ofIt))} * 1000`]],
  }),
  stat({
    title: 'Refreshed every',
    description:
      'From the last attempt to the next one: half the time since something changed, longer while the repository cannot be fetched.',
    unit: 's',
    width: 4,
    asked: [['', ofProject(select(gauges.refreshInterval, ofIt))]],
  }),
];

const graphs = [
  graph({
    title: 'Commits per day',
    description:
      'Commits that refreshes found new, day by day; those of the first fetch are not among them.',
    unit: 'short',
    width: 12,
    style: 'bars',
    interval: '1d',
    asked: [['commits', ofProject(increase(select(counters.commitsObserved, ofIt), '1d'))]],
  }),
  graph({
    title: 'Authors',
    description:
      'People who wrote the commits of the last 7, 30 and 90 days. A line that falls to one is a bus factor of one.',
    unit: 'short',
    width: 12,
    asked: [['{{window}}', by('max', ['window'], select(gauges.authors, ofIt))]],
  }),
  graph({
    title: 'Silence against the usual gap',
    description:
      'How long ago the newest commit was committed, beside the usual time between two (half, and 95 % of the gaps are shorter). Above four times the longer one, and four days, an alert fires.',
    unit: 's',
    width: 12,
    asked: [
      ['silence', select(recorded.silence, ofIt)],
      ['usual gap {{stat}}', by('max', ['stat'], select(gauges.commitGap, ofIt))],
    ],
  }),
  graph({
    title: 'Rewrites',
    description:
      'Refreshes that found commits gone, as after a forced push, and how many commits were lost. Nothing is what it should be on a shared branch.',
    unit: 'short',
    width: 12,
    style: 'bars',
    asked: [
      ['rewrites', ofProject(increase(select(counters.rewrites, ofIt), '$__rate_interval'))],
      ['commits lost', ofProject(increase(select(counters.commitsLost, ofIt), '$__rate_interval'))],
    ],
  }),
  graph({
    title: 'Size of the history',
    description: 'Commits of the default branch. A step down is a rewrite.',
    unit: 'locale',
    width: 12,
    asked: [['commits', ofProject(select(gauges.commits, ofIt))]],
  }),
  graph({
    title: 'Refreshes',
    description:
      'What refreshes of the repository came to. Only failed ones for long: see the runbook of GitmonUpstreamDown.',
    unit: 'short',
    width: 12,
    style: 'bars',
    asked: [
      [
        '{{result}}',
        by('max', ['result'], increase(select(counters.refreshes, ofIt), '$__rate_interval')),
      ],
    ],
  }),
];

/** One project. */
export const projectBoard = () =>
  dashboard({
    name: 'project',
    title: 'Git: project',
    description: 'One project: what happens in it, who works on it, and whether that is usual.',
    since: '7d',
    variables: [
      new QueryVariableBuilder('project')
        .label('Project')
        .datasource(datasource)
        .query(`label_values(${select(gauges.projectInfo)}, project)`)
        .definition(`label_values(${select(gauges.projectInfo)}, project)`)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .sort(VariableSort.NaturalAsc)
        .multi(false)
        .includeAll(false),
    ],
    annotations: [
      event(
        'New head',
        'blue',
        `changes(${select(gauges.headCommittedAt, ofIt)}[$__rate_interval])`,
      ),
      event('Rewritten', 'orange', increase(select(counters.rewrites, ofIt), '$__rate_interval')),
    ],
    panels: [...numbers, ...graphs],
  });
