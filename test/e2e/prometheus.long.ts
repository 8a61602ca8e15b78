import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { endpoints } from '../../handlers/routes.ts';
import { earlierQueries } from '../../ops/grafana/legacy-queries.ts';
import { everyAnswer } from './every-answer.ts';
import { everyPage } from './every-page.ts';
import { installed, monitored } from '../kit/monitored.ts';
import { createRepository } from '../kit/repository.ts';
import { post, series, tally } from '../kit/traffic.ts';

/** What each of the dashboard's latencies is about: as a client knows it, and in Prometheus. */
const timed = [
  ['all', /^(?!\/static\/|\/healthz|\/readyz)/, 'endpoint!~"/metrics|/static/.+"'],
  ['add', /^\/add\//, 'endpoint=~"/add/.+"'],
  ['list', /^\/list\//, 'endpoint=~"/list/.+"'],
  ['json', /^\/json\//, 'endpoint=~"/json/.+"'],
] as const;

test("the ten queries of the earlier program's dashboard tell what was asked, wave after wave", async (t) => {
  const running = await monitored(t, async () => ({ FETCH_CONCURRENCY: '1' }));
  if (running === undefined) return;
  const { root, remote, prometheus, traffic } = running;
  await (await createRepository(join(root, 'red.git'))).linear(1000);
  let held = 0;

  for (const scrapes of [1, 3]) {
    held += await everyAnswer(traffic, remote, prometheus, scrapes);
    await everyPage(traffic, remote);
    const time = await prometheus.scraped();
    const value = async (promql: string) => {
      const found = await prometheus.query(promql, time);
      t.is(found.length, 1, promql);
      return found[0]?.value ?? NaN;
    };
    for (const name of ['add', 'list', 'json'] as const) {
      const endpoint = new RegExp(`^/${name}/`);
      t.is(await value(earlierQueries.count[name]), traffic.count(endpoint));
      t.is(await value(earlierQueries.failed[name]), traffic.count(endpoint, [400, 404, 500]));
    }
    for (const [name, endpoint, selector] of timed) {
      const average = await value(earlierQueries.latency[name]);
      const count = traffic.count(endpoint);
      const least = name === 'all' || name === 'add' ? held / count : 0;
      const most = (5 * traffic.seconds(endpoint)) / count;
      t.true(least < average && average < most, `${name}: ${least} < ${average} < ${most}`);
      // Every series was seen at 0 before the first wave, so that five minutes hold all there is.
      t.is(await value(`sum(request_latency_seconds_count{${selector}})`), count);
      const sum = await value(`sum(request_latency_seconds_sum{${selector}})`);
      t.true(
        Math.abs((average * count) / sum - 1) < 1e-9,
        `${name}: ${average} * ${count} = ${sum}`,
      );
    }
    const counted = await prometheus.query('request_count_total{endpoint!="/metrics"} > 0', time);
    t.deepEqual(
      counted.map(({ labels, value: times }) => `${series(labels)}: ${times}`).toSorted(),
      tally(traffic.sent.map(series)),
    );
  }

  // Nobody can make the others or the store fail from outside, and /metrics is asked by Prometheus itself.
  const fromInside = / 500$|^(?:GET \/(?!readyz )|POST \/remove\/).* 503$|\/metrics /;
  const seen = new Set(traffic.sent.map(series));
  // The API's own suite calls every operation of it in every way.
  const missed = endpoints
    .filter(({ endpoint }) => !/^\/(?:api|feed|openapi|login)\b/.test(endpoint))
    .flatMap(({ statuses, ...rest }) => statuses.map((each) => series({ ...rest, status: each })))
    .filter((each) => !seen.has(each) && !fromInside.test(each));
  // The page of the status is another one every second.
  t.deepEqual(missed, ['GET /status 304', 'GET /readyz 503']);
});

test('ten thousand invented paths make not one more series', async (t) => {
  const running = await monitored(t, async () => ({}));
  if (running === undefined) return;
  const { prometheus, traffic } = running;
  const kinds = [
    (name: string) => traffic.send('unmatched', 404, `/${name}`),
    (name: string) => traffic.send('unmatched', 404, `/${name}/${name}?${name}=${name}`),
    (name: string) => traffic.send('unmatched', 404, `/${name}`, { method: 'PUT' }),
    (name: string) => traffic.send('unmatched', 404, `/%zz${name}`),
    (name: string) => traffic.send('/list/{projectname}', 404, `/list/${name}`),
    (name: string) => traffic.send('/json/{projectname}', 404, `/json/${name}`),
    (name: string) => traffic.send('/json/{projectname}', 400, `/json/%22${name}%0a`),
    (name: string) => traffic.send('/static/{path*}', 404, `/static/${name}/${name}.css`),
    (name: string) => traffic.send('/add/{projectname}', 400, `/add/${name}`, post(name)),
    (name: string) =>
      traffic.send('/api/v1/projects/{name}', 404, `/api/v1/projects/${name}`, {
        method: 'DELETE',
      }),
  ];
  const look = async () => {
    const time = await prometheus.scraped();
    const one = async (promql: string) => (await prometheus.query(promql, time))[0]?.value ?? NaN;
    const job = 'job="git-monitoring-server"';
    return {
      all: await one(`count({${job}})`),
      scraped: await one(`scrape_samples_scraped{${job}}`),
      // Node's own tell by type what is open just then, and which kinds of garbage collection there were.
      node: await one(`count({${job},__name__=~"nodejs_.+"})`),
    };
  };
  for (const kind of kinds) await kind('first');
  const before = await look();
  const invented = Array.from({ length: 10_000 }, () => crypto.randomUUID()).entries();
  const send = async () => {
    for (const [index, name] of invented) await kinds[index % kinds.length]?.(name);
  };
  await Promise.all(Array.from({ length: 8 }, send));
  t.is(traffic.sent.length, 10_010);
  const after = await look();
  t.is(after.all - after.node, before.all - before.node);
  t.is(after.scraped - after.node, before.scraped - before.node);
  const [all] = await prometheus.query('sum(request_count_total{endpoint="unmatched"})');
  t.is(all?.value, 4004);
});

test('promtool finds nothing to say about the metrics of a server that has done something', async (t) => {
  const promtool = await installed(t, 'promtool');
  const running = promtool === undefined ? undefined : await monitored(t, async () => ({}));
  if (promtool === undefined || running === undefined) return;
  const { root, remote, server, traffic } = running;
  await (await createRepository(join(root, 'red.git'))).linear(3);
  await traffic.send('/add/{projectname}', 200, '/add/r.e-d_1', post(`${remote.origin}/red.git`));
  await traffic.send('unmatched', 404, '/%22%5c%0a');
  const input = await (await fetch(`${server.url}/metrics`)).text();
  const { exitCode, all } = await execa(promtool, ['check', 'metrics'], {
    input,
    all: true,
    reject: false,
  });
  t.is(all, '');
  t.is(exitCode, 0);
});
