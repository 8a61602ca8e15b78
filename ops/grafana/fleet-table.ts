import {
  MappingType,
  ThresholdsMode,
  type ValueMap,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { counters, gauges } from '../../adapters/metrics/catalogue/index.ts';
import { recorded } from '../prometheus/recording-rules.ts';
import { by, increase, ofProject, select } from '../prometheus/promql.ts';
import { uid } from './dashboard.ts';
import { datasource, ofNow, refId, type Steps } from './panels.ts';

/** Up and down, by word and colour. */
export const upAndDown: ValueMap = {
  type: MappingType.ValueToText,
  options: {
    '0': { text: 'down', color: 'red', index: 1 },
    '1': { text: 'up', color: 'green', index: 0 },
  },
};

interface Column {
  readonly title: string;
  readonly promql: string;
  readonly unit?: string;
  readonly steps?: Steps;
}

/** Grafana's times are in milliseconds. */
const instant = (promql: string) => `${promql} * 1000`;

const columns: readonly Column[] = [
  { title: 'Up', promql: select(recorded.upstreamUp) },
  {
    title: 'Last success',
    promql: instant(ofProject(select(gauges.lastSuccessAt))),
    unit: 'dateTimeFromNow',
  },
  {
    title: 'Last commit',
    promql: instant(ofProject(select(gauges.headCommittedAt))),
    unit: 'dateTimeFromNow',
  },
  { title: 'Commits', promql: ofProject(select(gauges.commits)), unit: 'locale' },
  { title: 'Authors (30 days)', promql: ofProject(select(gauges.authors, { window: '30d' })) },
  {
    title: 'Rewrites',
    promql: `round(${ofProject(increase(select(counters.rewrites), '$__range'))})`,
    steps: [
      [null, 'text'],
      [1, 'orange'],
    ],
  },
  {
    title: 'Next refresh',
    promql: instant(ofProject(select(gauges.nextRefreshAt))),
    unit: 'dateTimeFromNow',
  },
  {
    title: '',
    promql: by('max', ['project', 'host', 'default_branch'], select(gauges.projectInfo)),
  },
];

const names = Object.fromEntries([
  ['project', 'Project'],
  ['host', 'Host'],
  ['default_branch', 'Branch'],
  ...columns.map(({ title }, index) => [`Value #${refId(index)}`, title] as const),
]);
const order = ['Project', ...columns.map(({ title }) => title), 'Branch', 'Host'].filter(
  (title) => title !== '',
);

/** Every project on a line. */
export function fleetTable(): PanelBuilder {
  const table = new PanelBuilder()
    .title('Projects')
    .description(
      'Every project: whether its repository could be fetched last, when that last went well, how lively it is, and how often its history was rewritten in the time that is looked at. A name leads to its page and to its dashboard.',
    )
    .datasource(datasource)
    .span(24)
    .height(12)
    .filterable(true)
    .sortBy([new TableSortByFieldStateBuilder().displayName('Up').desc(false)])
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true, [`Value #${refId(columns.length - 1)}`]: true },
        indexByName: Object.fromEntries(
          Object.entries(names).map(([field, title]) => [field, order.indexOf(title)]),
        ),
        renameByName: names,
      },
    })
    .overrideByName('Project', [
      {
        id: 'links',
        value: [
          { title: 'Its page', url: '${server:raw}/list/${__value.raw}', targetBlank: true },
          { title: 'Its dashboard', url: `/d/${uid('project')}?var-project=\${__value.raw}` },
        ],
      },
    ]);
  for (const [index, column] of columns.entries()) {
    const { title, promql } = column;
    table.withTarget(ofNow(['', promql], index, PromQueryFormat.Table));
    if (title !== '') table.overrideByName(title, properties(column));
  }
  return table;
}

function properties({ title, unit = 'short', steps }: Column) {
  const cell = (type: string) => ({ id: 'custom.cellOptions', value: { type } });
  return [
    { id: 'unit', value: unit },
    ...(title === 'Up' ? [{ id: 'mappings', value: [upAndDown] }, cell('color-text')] : []),
    ...(steps === undefined
      ? []
      : [
          {
            id: 'thresholds',
            value: {
              mode: ThresholdsMode.Absolute,
              steps: steps.map(([value, color]) => ({ value, color })),
            },
          },
          cell('color-text'),
        ]),
  ];
}
