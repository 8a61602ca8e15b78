import test from 'ava';
import { createPrometheusMetrics } from '../../../adapters/metrics/prometheus.ts';
import { fetchFailures, type Project } from '../../../domain/index.ts';

const endpoints = [
  { endpoint: '/add/{projectname}', method: 'POST', statuses: [200, 400, 500], timed: true },
  { endpoint: '/healthz', method: 'GET', statuses: [200], timed: false },
];

/** The lines of the exposition that tell of requests. */
async function requestLines(metrics: ReturnType<typeof createPrometheusMetrics>) {
  const { text } = await metrics.exposition([]);
  return text.split('\n').filter((line) => line.includes('request_'));
}

test('the series of every route are there, at 0, before the first request', async (t) => {
  const lines = await requestLines(createPrometheusMetrics({ endpoints, version: '1.2.3' }));
  const series = lines.filter((line) => !line.startsWith('#'));
  const counter = (method: string, endpoint: string, status: number) =>
    `request_count_total{app_name="server",method="${method}",endpoint="${endpoint}",http_status="${status}"} 0`;
  const latency = 'app_name="server",endpoint="/add/{projectname}"';
  const bounds = '0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 30 60 120 +Inf';
  t.deepEqual(series, [
    counter('POST', '/add/{projectname}', 200),
    counter('POST', '/add/{projectname}', 400),
    counter('POST', '/add/{projectname}', 500),
    counter('GET', '/healthz', 200),
    ...bounds
      .split(' ')
      .map((bound) => `request_latency_seconds_bucket{le="${bound}",${latency}} 0`),
    `request_latency_seconds_sum{${latency}} 0`,
    `request_latency_seconds_count{${latency}} 0`,
  ]);
});

test('a request counts with its method in upper case, and its time in seconds', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  const request = { method: 'post', endpoint: '/add/{projectname}', status: 500 };
  metrics.request({ ...request, seconds: 0.3 });
  metrics.request({ ...request, seconds: 45 });
  const lines = await requestLines(metrics);
  const labels = 'app_name="server",method="POST",endpoint="/add/{projectname}"';
  t.true(lines.includes(`request_count_total{${labels},http_status="500"} 2`));
  t.true(lines.includes(`request_count_total{${labels},http_status="200"} 0`));
  const latency = 'app_name="server",endpoint="/add/{projectname}"';
  t.true(lines.includes(`request_latency_seconds_sum{${latency}} 45.3`));
  t.true(lines.includes(`request_latency_seconds_count{${latency}} 2`));
  t.true(lines.includes(`request_latency_seconds_bucket{le="0.25",${latency}} 0`));
  t.true(lines.includes(`request_latency_seconds_bucket{le="0.5",${latency}} 1`));
  t.true(lines.includes(`request_latency_seconds_bucket{le="60",${latency}} 2`));
});

test('what is not timed is counted all the same', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  metrics.request({ method: 'get', endpoint: '/healthz', status: 200, seconds: 1 });
  const lines = await requestLines(metrics);
  t.true(lines.some((line) => /^request_count_total\{.*"\/healthz".* 1$/.test(line)));
  t.false(lines.some((line) => /^request_latency.*healthz/.test(line)));
});

test('the format is the Prometheus text format, however often it is asked for', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  await metrics.exposition([]);
  const { type, text } = await metrics.exposition([]);
  t.is(type, 'text/plain; version=0.0.4; charset=utf-8');
  t.regex(text, /^# TYPE request_count_total counter$/m);
  t.regex(text, /^# HELP request_count_total API Request Count$/m);
  t.regex(text, /^# HELP request_latency_seconds API Request latency$/m);
});

test('Node and process metrics are there, without gauges that are named like counters', async (t) => {
  const { text } = await createPrometheusMetrics({ endpoints, version: '1.2.3' }).exposition([]);
  t.regex(text, /^process_resident_memory_bytes \d/m);
  t.regex(text, /^nodejs_eventloop_lag_seconds \d/m);
  const gauges = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name);
  t.deepEqual(
    gauges.filter((name) => name?.endsWith('_total')),
    [],
  );
});

test('two sets of metrics in one process know nothing of each other', async (t) => {
  const one = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  const other = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  one.request({ method: 'POST', endpoint: '/add/{projectname}', status: 200, seconds: 1 });
  t.deepEqual(
    await requestLines(other),
    await requestLines(createPrometheusMetrics({ endpoints, version: '1.2.3' })),
  );
});

const red: Project = {
  name: 'red',
  url: 'https://example.org/red.git',
  state: 'up',
  commits: 42,
  tip: 'a'.repeat(40),
  defaultBranch: 'main',
  tipCommittedAt: 1_700_000_000,
  lastAttemptAt: 1_700_000_300.5,
  lastSuccessAt: 1_700_000_300.5,
};
const failing: Project = { ...red, name: 'blue', state: 'failing', lastAttemptAt: 1_700_000_400 };
const empty: Project = { ...red, name: 'empty', commits: 0, tip: null, tipCommittedAt: null };
const pending: Project = {
  ...empty,
  name: 'pending',
  state: 'pending',
  defaultBranch: null,
  lastAttemptAt: null,
  lastSuccessAt: null,
};

/** The series that tell of projects. */
async function projectLines(
  metrics: ReturnType<typeof createPrometheusMetrics>,
  projects: readonly Project[],
) {
  const { text } = await metrics.exposition(projects);
  return text.split('\n').filter((line) => /^gitmon_.*\{(?:project|state)=/.test(line));
}

test('projects are told by state, and each by what is known of it', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  t.deepEqual(await projectLines(metrics, [red, failing, empty, pending]), [
    'gitmon_projects{state="up"} 2',
    'gitmon_projects{state="failing"} 1',
    'gitmon_projects{state="pending"} 1',
    'gitmon_commits{project="red"} 42',
    'gitmon_commits{project="blue"} 42',
    'gitmon_commits{project="empty"} 0',
    'gitmon_head_commit_timestamp_seconds{project="red"} 1700000000',
    'gitmon_head_commit_timestamp_seconds{project="blue"} 1700000000',
    'gitmon_upstream_up{project="red"} 1',
    'gitmon_upstream_up{project="blue"} 0',
    'gitmon_upstream_up{project="empty"} 1',
    'gitmon_last_attempt_timestamp_seconds{project="red"} 1700000300.5',
    'gitmon_last_attempt_timestamp_seconds{project="blue"} 1700000400',
    'gitmon_last_attempt_timestamp_seconds{project="empty"} 1700000300.5',
    'gitmon_last_success_timestamp_seconds{project="red"} 1700000300.5',
    'gitmon_last_success_timestamp_seconds{project="blue"} 1700000300.5',
    'gitmon_last_success_timestamp_seconds{project="empty"} 1700000300.5',
  ]);
});

test('a project whose first fetch failed is pending, and its upstream not up', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  const lines = await projectLines(metrics, [{ ...pending, lastAttemptAt: 1_700_000_000 }]);
  t.true(lines.includes('gitmon_upstream_up{project="pending"} 0'));
  t.true(lines.includes('gitmon_last_attempt_timestamp_seconds{project="pending"} 1700000000'));
});

test('the series of a project vanish with it', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  await projectLines(metrics, [red, failing]);
  const lines = await projectLines(metrics, [failing]);
  t.false(lines.some((line) => line.includes('"red"')));
  t.true(lines.includes('gitmon_projects{state="up"} 0'));
});

test('expositions that are asked for at once do not mix', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  const asked = await Promise.all(
    [[red], [failing], []].map((each) => projectLines(metrics, each)),
  );
  t.deepEqual(
    asked.map((lines) => lines.filter((line) => line.startsWith('gitmon_commits'))),
    [['gitmon_commits{project="red"} 42'], ['gitmon_commits{project="blue"} 42'], []],
  );
});

test('runs of git are timed by what for, and their failures counted by how', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  const before = (await metrics.exposition([])).text;
  for (const op of ['fetch', 'log', 'repack']) {
    t.true(before.includes(`gitmon_git_operation_duration_seconds_count{op="${op}"} 0`));
    for (const reason of fetchFailures) {
      t.true(before.includes(`gitmon_git_errors_total{op="${op}",reason="${reason}"} 0`));
    }
  }
  metrics.gitOperation({ op: 'fetch', seconds: 0.2 });
  metrics.gitOperation({ op: 'fetch', seconds: 20, failure: 'timeout' });
  metrics.received({ filter: 'tree:0', receivedBytes: 1000 });
  metrics.received({ filter: 'tree:0', receivedBytes: 234 });
  const { text } = await metrics.exposition([]);
  t.true(text.includes('gitmon_git_operation_duration_seconds_sum{op="fetch"} 20.2'));
  t.true(text.includes('gitmon_git_operation_duration_seconds_count{op="fetch"} 2'));
  t.true(text.includes('gitmon_git_errors_total{op="fetch",reason="timeout"} 1'));
  t.true(text.includes('gitmon_git_received_bytes_total{filter="tree:0"} 1234'));
  t.true(text.includes('gitmon_git_received_bytes_total{filter="none"} 0'));
});

test('the versions are told', async (t) => {
  const { text } = await createPrometheusMetrics({ endpoints, version: '1.2.3' }).exposition([]);
  const labels = `version="1.2.3",node_version="${process.versions.node}"`;
  t.true(text.includes(`gitmon_build_info{${labels}} 1`));
});

test('five hundred projects make an exposition of less than 1.5 MB', async (t) => {
  const projects = Array.from({ length: 500 }, (_, index) => ({
    ...red,
    name: `${String(index).padStart(3, '0')}${'x'.repeat(97)}`,
  }));
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3' });
  const { text } = await metrics.exposition(projects);
  t.is(text.match(/^gitmon_commits\{/gm)?.length, 500);
  t.true(text.length < 1.5e6, `${text.length} bytes`);
});

test('a counter is called _total, and nothing else is; every metric has a help', async (t) => {
  const { text } = await createPrometheusMetrics({ endpoints, version: '1.2.3' }).exposition([red]);
  const types = [...text.matchAll(/^# TYPE (gitmon_\S+) (\w+)$/gm)];
  t.is(types.length, 10);
  for (const [, name = '', type] of types) {
    t.is(name.endsWith('_total'), type === 'counter', name);
    t.regex(text, new RegExp(`^# HELP ${name} [A-Z].{20,}\\.$`, 'm'));
  }
});
