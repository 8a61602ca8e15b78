import test from 'ava';
import { Registry } from 'prom-client';
import { countRefreshes } from '../../../adapters/metrics/refreshes.ts';

test('of projects that come and go while nobody asks for metrics, series of twice as many as there may be are kept', async (t) => {
  const registry = new Registry();
  const metrics = countRefreshes(registry, { maxProjects: 5, waiting: () => 0 });
  const refreshed = (...projects: readonly string[]) =>
    metrics.refreshed({
      projects,
      result: 'unchanged',
      change: { added: 0, lost: 0 },
      detectionSeconds: null,
    });
  for (let number = 0; number < 100; number++) {
    refreshed(`gone-${number}`);
    if (number % 4 === 0) refreshed('red', 'blue');
  }
  const lines = (await registry.metrics()).split('\n');
  const series = (pattern: RegExp) => lines.filter((line) => pattern.test(line));
  t.is(series(/^gitmon_commits_observed_total\{/).length, 10);
  t.is(series(/^gitmon_refreshes_total\{/).length, 40);
  t.deepEqual(series(/^gitmon_refreshes_total\{project="(?:red|blue)",result="unchanged"/), [
    'gitmon_refreshes_total{project="red",result="unchanged"} 25',
    'gitmon_refreshes_total{project="blue",result="unchanged"} 25',
  ]);
});
