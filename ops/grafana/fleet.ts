import {
  TextBoxVariableBuilder,
  FieldColorBuilder,
  FieldColorModeId,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as TimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { counters, gauges } from '../../adapters/metrics/catalogue/index.ts';
import { recorded } from '../prometheus/recording-rules.ts';
import { by, increase, rate, select } from '../prometheus/promql.ts';
import { dashboard } from './dashboard.ts';
import { fleetTable, upAndDown } from './fleet-table.ts';
import { datasource, graph, overTime, stat, thresholds } from './panels.ts';

/** Where the server is on the machine of whoever looks; Terraform puts its public address in the place of this. */
export const serverUrl = 'http://127.0.0.1:5000';

const number = (title: string, description: string, promql: string, worry?: string) =>
  stat({
    title,
    description,
    unit: 'short',
    width: 6,
    asked: [['', promql]],
    ...(worry !== undefined && {
      steps: [
        [null, 'green'],
        [1, worry],
      ] as const,
    }),
  });

const inState = (state: string) => `max(${select(gauges.projects, { state })})`;

const timeline = () =>
  new TimelineBuilder()
    .title('Upstreams')
    .description(
      'When the repository of each project could be fetched and when not. A red column over many projects is more likely to be the fault of this server.',
    )
    .datasource(datasource)
    .span(24)
    .height(10)
    .unit('short')
    .perPage(20)
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .mappings([upAndDown])
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(
      thresholds([
        [null, 'red'],
        [1, 'green'],
      ]),
    )
    .withTarget(overTime(['{{project}}', select(recorded.upstreamUp)], 0));

/** All projects. */
export const fleet = () =>
  dashboard({
    name: 'fleet',
    title: 'Git: fleet',
    description: 'All projects: which are unreachable, silent or rewritten.',
    since: '24h',
    variables: [
      new TextBoxVariableBuilder('server')
        .label('Server')
        .description('Where browsers reach the server, for the links to its pages.')
        .defaultValue(serverUrl)
        .current({ text: serverUrl, value: serverUrl }),
    ],
    panels: [
      number('Up', 'Projects whose repository could be fetched last.', inState('up')),
      number(
        'Failing',
        'Projects whose repository could not be fetched last.',
        inState('failing'),
        'red',
      ),
      number(
        'Pending',
        'Projects that have no history yet: their first fetch is under way, or fails.',
        inState('pending'),
        'orange',
      ),
      number(
        'Room',
        'How many more projects there may be; MAX_PROJECTS sets the limit.',
        `min(${select(gauges.projectsLimit)}) - sum(${by('max', ['state'], select(gauges.projects))})`,
      ),
      fleetTable(),
      timeline(),
      graph({
        title: 'Errors by reason',
        description:
          'Fetches and other runs of git that failed, by why. One reason that rises alone over many projects (dns, connect, tls) is a fault here.',
        unit: 'short',
        width: 12,
        style: 'bars',
        asked: [
          [
            '{{reason}}',
            by('sum', ['reason'], increase(select(counters.gitErrors), '$__rate_interval')),
          ],
        ],
      }),
      graph({
        title: 'Bytes by filter',
        description:
          'What remotes send. tree:0 is commits alone; none comes from remotes that cannot filter and send every file.',
        unit: 'Bps',
        width: 12,
        style: 'stacked',
        asked: [['{{filter}}', by('sum', ['filter'], rate(select(counters.receivedBytes)))]],
      }),
    ],
  });
