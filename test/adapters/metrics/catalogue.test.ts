import test from 'ava';
import {
  counters,
  gauges,
  histograms,
  processCounters,
  processGauges,
} from '../../../adapters/metrics/catalogue/index.ts';
import { createPrometheusMetrics } from '../../../adapters/metrics/prometheus.ts';

const groups = [
  ['counter', counters],
  ['gauge', gauges],
  ['histogram', histograms],
  ['counter', processCounters],
  ['gauge', processGauges],
] as const;

test('the catalogue has every metric of the program, and nothing that is not registered', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints: [], version: '1.2.3', maxProjects: 500 });
  const { text } = await metrics.exposition([]);
  const registered = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)].map(
    ([, name, help, type]) => `${type} ${name}: ${help}`,
  );
  const listed = groups.flatMap(([type, group]) =>
    Object.values(group).map(({ name, help }) => `${type} ${name}: ${help}`),
  );
  t.is(new Set(listed).size, listed.length);
  t.deepEqual(
    listed.filter((metric) => !registered.includes(metric)),
    [],
  );
  t.deepEqual(
    registered.filter((metric) => !listed.includes(metric) && !/ (process|nodejs)_/.test(metric)),
    [],
  );
});
