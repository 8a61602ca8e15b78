import test from 'ava';
import {
  counters,
  gauges,
  histograms,
  processCounters,
  processGauges,
  type Metric,
} from '../../adapters/metrics/catalogue/index.ts';
import { earlierQueries } from '../../ops/grafana/legacy-queries.ts';
import { recorded } from '../../ops/prometheus/recording-rules.ts';
import { everyQuestion, readDashboards } from '../kit/questions.ts';

const dashboards = readDashboards();
const panels = dashboards.flatMap((board) =>
  board.panels.map((panel) => ({ ...panel, where: `${board.title}, ${panel.title}` })),
);
const groups: readonly Readonly<Record<string, Metric>>[] = [
  counters,
  gauges,
  histograms,
  processCounters,
  processGauges,
  recorded,
];
const metrics = groups.flatMap((group) => Object.values(group));

test('there are four dashboards, each with a title and a description', (t) => {
  t.deepEqual(
    dashboards.map(({ uid }) => uid),
    ['gitmon-fleet', 'gitmon-project', 'gitmon-requests', 'gitmon-service'],
  );
  for (const { title, description } of dashboards) t.true(title !== '' && description !== '');
});

test('every panel says what it tells, in which unit, and asks the provisioned data source', (t) => {
  for (const { where, description, datasource, targets, fieldConfig, type } of panels) {
    t.true(description.length > 20 && description.endsWith('.'), where);
    const units = fieldConfig.overrides
      .flatMap(({ properties }) => properties)
      .filter(({ id }) => id === 'unit');
    t.true(type === 'table' ? units.length > 0 : fieldConfig.defaults.unit !== undefined, where);
    t.true(targets.length > 0, where);
    for (const { uid } of [datasource, ...targets.map((target) => target.datasource)]) {
      t.is(uid, 'gitmon-prometheus', where);
    }
    t.is(new Set(targets.map(({ refId }) => refId)).size, targets.length, where);
  }
});

test('no two panels of a dashboard have an id in common, or overlap', (t) => {
  for (const { title, panels: own } of dashboards) {
    t.is(new Set(own.map(({ id }) => id)).size, own.length);
    const cells = own.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    t.is(new Set(cells).size, cells.length, title);
    t.true(
      own.every(({ gridPos: { x, w } }) => x + w <= 24),
      title,
    );
  }
});

test("the requests are shown in the earlier program's three panels, with its queries as they were", (t) => {
  const board = dashboards.find(({ uid }) => uid === 'gitmon-requests');
  t.deepEqual(
    board?.panels.map(({ targets }) => targets.map(({ expr }) => expr)),
    Object.values(earlierQueries).map((queries) => Object.values(queries)),
  );
});

test('no query, annotation or rule names a metric or a label that is not in the catalogue', (t) => {
  const known = new Set(
    [
      metrics.map(({ name }) => name),
      Object.values(histograms).flatMap(({ name }) =>
        ['bucket', 'sum', 'count'].map((suffix) => `${name}_${suffix}`),
      ),
      metrics.flatMap(({ labelNames }) => labelNames),
      'up job instance le by on and or sum max min count'.split(' '),
    ].flat(),
  );
  for (const { by, promql } of everyQuestion({ project: 'x' })) {
    const words = promql
      .replaceAll(/"(?:[^"\\]|\\.)*"|\[[^\]]*\]/g, '')
      .matchAll(/[A-Za-z_][\w:]*\b(?!\()/g);
    for (const [word] of words) t.true(known.has(word), `${word} of ${by}`);
  }
});
