import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { endpoints } from '../handlers/routes.ts';
import { earlierQueries } from '../ops/grafana/earlier-queries.ts';
import { readVersion } from '../version.ts';
import { debianProgram } from './helpers/debian-package.ts';
import { everyAnswer } from './helpers/every-answer.ts';
import { status } from './helpers/git-faults.ts';
import { monitored } from './helpers/monitored.ts';
import { createRepository } from './helpers/repository.ts';
import { temporaryDirectory } from './helpers/temporary-directory.ts';
import { post } from './helpers/traffic.ts';

test("the ten queries of the earlier program's dashboard tell what was asked, wave after wave", async (t) => {
  const running = await monitored(t, async () => ({ FETCH_CONCURRENCY: '1' }));
  if (running === undefined) return;
  const { root, remote, prometheus, traffic } = running;
  await (await createRepository(join(root, 'red.git'))).linear(150);
  const failed = [400, 404, 500];
  const of = { add: /^\/add\//, list: /^\/list\//, json: /^\/json\// };
  let held = 0;

  for (const scrapes of [1, 3]) {
    held += await everyAnswer(traffic, remote, prometheus, scrapes);
    const time = await prometheus.scraped();
    const value = async (promql: string) => {
      const found = await prometheus.query(promql, time);
      t.is(found.length, 1, promql);
      return found[0]?.value ?? NaN;
    };
    for (const name of ['add', 'list', 'json'] as const) {
      t.is(await value(earlierQueries.count[name]), traffic.count(of[name]));
      t.is(await value(earlierQueries.failed[name]), traffic.count(of[name], failed));
    }
    const timed = { ...of, all: /^(?!\/static\/|\/healthz|\/readyz)/ };
    for (const name of ['all', 'add', 'list', 'json'] as const) {
      const average = await value(earlierQueries.latency[name]);
      const count = traffic.count(timed[name]);
      const most = traffic.seconds(timed[name]) / count;
      const least = name === 'all' || name === 'add' ? held / count : 0;
      t.true(least < average && average < most, `${name}: ${least} < ${average} < ${most}`);
      // Every series began at 0 before the first wave, so that five minutes hold all there is.
      const of5m = `endpoint${name === 'all' ? '!~"/metrics|/static/.+"' : `=~"/${name}/.+"`}`;
      t.is(await value(`sum(request_latency_seconds_count{${of5m}})`), count);
      const sum = await value(`sum(request_latency_seconds_sum{${of5m}})`);
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

  // Nobody can make the others fail from outside, and /metrics is asked by Prometheus itself.
  const seen = new Set(traffic.sent.map(series));
  const missed = endpoints
    .flatMap(({ statuses, ...rest }) => statuses.map((each) => series({ ...rest, status: each })))
    .filter((each) => !seen.has(each) && !/ 500$|\/metrics /.test(each));
  t.deepEqual(missed, ['GET /readyz 503']);
});

/** A counter of requests in one line, by its labels or by what counts there. */
function series(labels: {
  readonly method?: string;
  readonly endpoint?: string;
  readonly http_status?: string;
  readonly status?: number;
}): string {
  return `${labels.method} ${labels.endpoint} ${labels.http_status ?? labels.status}`;
}

function tally(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, times]) => `${name}: ${times}`).toSorted();
}

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
  const found = await debianProgram('promtool', 'prometheus');
  const running = await monitored(t, async () => ({}));
  if (running === undefined || 'missing' in found) return;
  const { root, remote, server, traffic } = running;
  await (await createRepository(join(root, 'red.git'))).linear(3);
  await traffic.send('/add/{projectname}', 200, '/add/r.e-d_1', post(`${remote.origin}/red.git`));
  await traffic.send('unmatched', 404, '/%22%5c%0a');
  const input = await (await fetch(`${server.url}/metrics`)).text();
  const { exitCode, all } = await execa(found.path, ['check', 'metrics'], {
    input,
    all: true,
    reject: false,
  });
  t.is(all, '');
  t.is(exitCode, 0);
});

test('how repositories are is told scrape by scrape, until they are removed', async (t) => {
  const running = await monitored(t, async (remote) => {
    const file = join(await temporaryDirectory(t), 'projects');
    await writeFile(file, `waiting ${remote.origin}/hang/red.git\n`);
    return { PROJECTS_FILE: file };
  });
  if (running === undefined) return;
  const { root, remote, prometheus, traffic } = running;
  const red = await createRepository(join(root, 'red.git'));
  const parent = await red.linear(150);
  const late = 1_900_000_000;
  await red.branch('main', await red.commit({ parents: [parent], committed: `${late} +0200` }));
  const blue = await createRepository(join(root, 'blue.git'));
  const tree = await blue.tree({ large: randomBytes(500_000).toString('latin1') });
  await blue.branch('main', await blue.commit({ tree }));
  await createRepository(join(root, 'empty.git'));

  const add = (name: string, path: string, expected = 200) =>
    traffic.send('/add/{projectname}', expected, `/add/${name}`, post(`${remote.origin}/${path}`));
  const begun = await prometheus.scraped();
  let time = begun;
  const value = async (promql: string) => {
    const found = await prometheus.query(promql, time);
    t.true(found.length < 2, promql);
    return found[0]?.value;
  };
  const states = async () =>
    Promise.all(
      ['up', 'failing', 'pending'].map((state) => value(`gitmon_projects{state="${state}"}`)),
    );
  const errors = async () =>
    (await prometheus.query('gitmon_git_errors_total > 0', time)).map(
      ({ labels, value: n }) => `${labels['op']} ${labels['reason']} ${n}`,
    );
  const sent = (path: string) =>
    remote.requests
      .filter((request) => request.path.startsWith(path))
      .reduce((sum, { bytesSent }) => sum + bytesSent, 0);

  t.deepEqual(await states(), [0, 0, 1]);
  const version = `version="${readVersion()}",node_version="${process.versions.node}"`;
  t.is(await value(`gitmon_build_info{${version}}`), 1);
  t.is(await value('gitmon_upstream_up'), undefined);

  await add('red', 'red.git');
  await add('blue', 'no-filter/blue.git');
  await add('empty', 'empty.git');
  time = await prometheus.scraped();
  t.deepEqual(await states(), [3, 0, 1]);
  t.deepEqual(await errors(), []);
  for (const [name, commits, head] of [
    ['red', 151, late],
    ['blue', 1, 1_700_000_060],
    ['empty', 0, undefined],
  ] as const) {
    t.is(await value(`gitmon_commits{project="${name}"}`), commits);
    t.is(await value(`gitmon_head_commit_timestamp_seconds{project="${name}"}`), head);
    t.is(await value(`gitmon_upstream_up{project="${name}"}`), 1);
  }
  t.is(await value('gitmon_commits{project="waiting"}'), undefined);
  const received = sent('/red.git') + sent('/empty.git');
  t.is(await value('gitmon_git_received_bytes_total{filter="tree:0"}'), received);
  t.is(await value('gitmon_git_received_bytes_total{filter="none"}'), sent('/no-filter/'));
  t.true(sent('/no-filter/') > 500_000);

  remote.answers.set('red.git', status(503));
  await add('red', 'red.git', 500);
  await add('none', 'none.git', 500);
  time = await prometheus.scraped();
  t.deepEqual(await states(), [2, 1, 1]);
  t.deepEqual((await errors()).toSorted(), ['fetch not_found 1', 'fetch unavailable 1']);
  t.is(await value('gitmon_upstream_up{project="red"}'), 0);
  t.is(await value('gitmon_upstream_up{project="blue"}'), 1);
  t.is(await value('gitmon_commits{project="red"}'), 151);
  t.is(await value('gitmon_commits{project="none"}'), undefined);
  t.is(await value('gitmon_git_received_bytes_total{filter="tree:0"}'), received);
  const { last_attempt, last_success } = {
    last_attempt: await value('gitmon_last_attempt_timestamp_seconds{project="red"}'),
    last_success: await value('gitmon_last_success_timestamp_seconds{project="red"}'),
  };
  t.true((last_success ?? NaN) < (last_attempt ?? NaN) && (last_attempt ?? NaN) < time);

  remote.answers.delete('red.git');
  await add('red', 'red.git');
  time = await prometheus.scraped();
  t.deepEqual(await states(), [3, 0, 1]);
  t.is(await value('gitmon_upstream_up{project="red"}'), 1);

  await traffic.send('/api/v1/projects/{name}', 204, '/api/v1/projects/red', { method: 'DELETE' });
  const end = await prometheus.scraped();
  time = end;
  t.deepEqual(await prometheus.query('{project="red"}', time), []);
  t.is(await value('gitmon_commits{project="blue"}'), 1);
  t.deepEqual(await states(), [2, 0, 1]);
  const range = { start: begun, end, step: 0.25 };
  const [upstream] = await prometheus.queryRange('gitmon_upstream_up{project="red"}', range);
  const changes = upstream?.values.filter((up, index, all) => up !== all[index - 1]);
  t.deepEqual(changes, [1, 0, 1]);
});
