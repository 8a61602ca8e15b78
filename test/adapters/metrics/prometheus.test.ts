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
  const lines = await requestLines(
    createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 }),
  );
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
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
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
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  metrics.request({ method: 'get', endpoint: '/healthz', status: 200, seconds: 1 });
  const lines = await requestLines(metrics);
  t.true(lines.some((line) => /^request_count_total\{.*"\/healthz".* 1$/.test(line)));
  t.false(lines.some((line) => /^request_latency.*healthz/.test(line)));
});

test('the format is the Prometheus text format, however often it is asked for', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  await metrics.exposition([]);
  const { type, text } = await metrics.exposition([]);
  t.is(type, 'text/plain; version=0.0.4; charset=utf-8');
  t.regex(text, /^# TYPE request_count_total counter$/m);
  t.regex(text, /^# HELP request_count_total API Request Count$/m);
  t.regex(text, /^# HELP request_latency_seconds API Request latency$/m);
});

test('Node and process metrics are there, without gauges that are named like counters', async (t) => {
  const { text } = await createPrometheusMetrics({
    endpoints,
    version: '1.2.3',
    maxProjects: 500,
  }).exposition([]);
  t.regex(text, /^process_resident_memory_bytes \d/m);
  t.regex(text, /^nodejs_eventloop_lag_seconds \d/m);
  const gauges = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name);
  t.deepEqual(
    gauges.filter((name) => name?.endsWith('_total')),
    [],
  );
});

test('two sets of metrics in one process know nothing of each other', async (t) => {
  const one = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  const other = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  one.request({ method: 'POST', endpoint: '/add/{projectname}', status: 200, seconds: 1 });
  t.deepEqual(
    await requestLines(other),
    await requestLines(createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 })),
  );
});

const red: Project = {
  name: 'red',
  addedAt: 1_700_000_000,
  url: 'https://example.org/red.git',
  state: 'up',
  commits: 42,
  tip: 'a'.repeat(40),
  defaultBranch: 'main',
  tipCommittedAt: 1_700_000_000,
  lastAttemptAt: 1_700_000_300.5,
  lastSuccessAt: 1_700_000_300.5,
  lastOutcome: 'ok',
  failures: 0,
  tipChangedAt: 1_700_000_100,
  nextRefreshAt: 1_700_000_345.5,
  activity: { authors: { d7: 1, d30: 2, d90: 3 }, gapSeconds: { p50: 60, p95: 3600 }, weeks: [] },
};
const failing: Project = {
  ...red,
  name: 'blue',
  state: 'failing',
  lastAttemptAt: 1_700_000_400,
  lastOutcome: 'dns',
  failures: 1,
  nextRefreshAt: 1_700_000_490,
};
const empty: Project = {
  ...red,
  name: 'empty',
  commits: 0,
  tip: null,
  tipCommittedAt: null,
  activity: { authors: { d7: 0, d30: 0, d90: 0 }, gapSeconds: null, weeks: [] },
};
const pending: Project = {
  ...empty,
  name: 'pending',
  state: 'pending',
  defaultBranch: null,
  lastAttemptAt: null,
  lastSuccessAt: null,
  activity: null,
};

/** The series that tell of projects. */
async function projectLines(
  metrics: ReturnType<typeof createPrometheusMetrics>,
  projects: readonly Project[],
) {
  const { text } = await metrics.exposition(projects);
  const told =
    /^gitmon_(?:projects|commits|head|upstream|last|next|refresh_interval|project_info|authors|commit_gap)\w*\{/;
  return text.split('\n').filter((line) => told.test(line) && !/^\w+_total\{/.test(line));
}

test('projects are told by state, and each by what is known of it', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
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
    'gitmon_next_refresh_timestamp_seconds{project="red"} 1700000345.5',
    'gitmon_next_refresh_timestamp_seconds{project="blue"} 1700000490',
    'gitmon_next_refresh_timestamp_seconds{project="empty"} 1700000345.5',
    'gitmon_refresh_interval_seconds{project="red"} 45',
    'gitmon_refresh_interval_seconds{project="blue"} 90',
    'gitmon_refresh_interval_seconds{project="empty"} 45',
    'gitmon_project_info{project="red",host="example.org",default_branch="main"} 1',
    'gitmon_project_info{project="blue",host="example.org",default_branch="main"} 1',
    'gitmon_project_info{project="empty",host="example.org",default_branch="main"} 1',
    'gitmon_project_info{project="pending",host="example.org",default_branch=""} 1',
    'gitmon_authors{project="red",window="7d"} 1',
    'gitmon_authors{project="red",window="30d"} 2',
    'gitmon_authors{project="red",window="90d"} 3',
    'gitmon_authors{project="blue",window="7d"} 1',
    'gitmon_authors{project="blue",window="30d"} 2',
    'gitmon_authors{project="blue",window="90d"} 3',
    'gitmon_authors{project="empty",window="7d"} 0',
    'gitmon_authors{project="empty",window="30d"} 0',
    'gitmon_authors{project="empty",window="90d"} 0',
    'gitmon_commit_gap_seconds{project="red",stat="p50"} 60',
    'gitmon_commit_gap_seconds{project="red",stat="p95"} 3600',
    'gitmon_commit_gap_seconds{project="blue",stat="p50"} 60',
    'gitmon_commit_gap_seconds{project="blue",stat="p95"} 3600',
  ]);
});

test('a project whose first fetch failed is pending, and its upstream not up', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  const lines = await projectLines(metrics, [{ ...pending, lastAttemptAt: 1_700_000_000 }]);
  t.true(lines.includes('gitmon_upstream_up{project="pending"} 0'));
  t.true(lines.includes('gitmon_last_attempt_timestamp_seconds{project="pending"} 1700000000'));
});

test('the series of a project vanish with it', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  await projectLines(metrics, [red, failing]);
  const lines = await projectLines(metrics, [failing]);
  t.false(lines.some((line) => line.includes('"red"')));
  t.true(lines.includes('gitmon_projects{state="up"} 0'));
});

test('expositions that are asked for at once do not mix', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  const asked = await Promise.all(
    [[red], [failing], []].map((each) => projectLines(metrics, each)),
  );
  t.deepEqual(
    asked.map((lines) => lines.filter((line) => line.startsWith('gitmon_commits'))),
    [['gitmon_commits{project="red"} 42'], ['gitmon_commits{project="blue"} 42'], []],
  );
});

test('runs of git are timed by what for, and their failures counted by how', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
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
  const { text } = await createPrometheusMetrics({
    endpoints,
    version: '1.2.3',
    maxProjects: 500,
  }).exposition([]);
  const labels = `version="1.2.3",node_version="${process.versions.node}"`;
  t.true(text.includes(`gitmon_build_info{${labels}} 1`));
});

test('five hundred projects make an exposition of less than 1.5 MB', async (t) => {
  const projects = Array.from({ length: 500 }, (_, index) => ({
    ...red,
    name: `${String(index).padStart(3, '0')}${'x'.repeat(57)}`,
  }));
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  const { text } = await metrics.exposition(projects);
  t.is(text.match(/^gitmon_commits\{/gm)?.length, 500);
  t.true(text.length < 1.5e6, `${text.length} bytes`);
});

test('a counter is called _total, and nothing else is; every metric has a help', async (t) => {
  const { text } = await createPrometheusMetrics({
    endpoints,
    version: '1.2.3',
    maxProjects: 500,
  }).exposition([red]);
  const types = [...text.matchAll(/^# TYPE (gitmon_\S+) (\w+)$/gm)];
  t.is(types.length, 27);
  for (const [, name = '', type] of types) {
    t.is(name.endsWith('_total'), type === 'counter', name);
    t.regex(text, new RegExp(`^# HELP ${name} [A-Z].{20,}\\.$`, 'm'));
  }
});

test('refreshes are counted for every project of a url, and each begins at 0 and vanishes with its project', async (t) => {
  const metrics = createPrometheusMetrics({
    endpoints,
    version: '1.2.3',
    maxProjects: 500,
    waiting: () => 7,
  });
  const lines = async (projects: readonly Project[]) => {
    const { text } = await metrics.exposition(projects);
    return text.split('\n').filter((line) => /^gitmon_\w+_total\{project=.* [1-9]/.test(line));
  };
  t.deepEqual(await lines([red, failing]), []);
  const projects = ['red', 'blue'];
  const none = { added: 0, lost: 0 };
  metrics.refreshed({ projects, result: 'unchanged', change: none, detectionSeconds: null });
  const change = { added: 5, lost: 2 };
  metrics.refreshed({ projects, result: 'rewritten', change, detectionSeconds: 30 });
  metrics.refreshed({
    projects: ['red'],
    result: 'updated',
    change: { added: 1, lost: 0 },
    detectionSeconds: 3,
  });
  metrics.refreshed({ projects: ['red'], result: 'failed', change: none, detectionSeconds: null });
  const blue = [
    'gitmon_refreshes_total{project="blue",result="unchanged"} 1',
    'gitmon_refreshes_total{project="blue",result="rewritten"} 1',
    'gitmon_history_rewrites_total{project="blue"} 1',
    'gitmon_commits_lost_total{project="blue"} 2',
    'gitmon_commits_observed_total{project="blue"} 5',
  ];
  t.deepEqual(
    (await lines([red, failing])).toSorted(),
    [
      ...blue,
      'gitmon_refreshes_total{project="red",result="unchanged"} 1',
      'gitmon_refreshes_total{project="red",result="updated"} 1',
      'gitmon_refreshes_total{project="red",result="rewritten"} 1',
      'gitmon_refreshes_total{project="red",result="failed"} 1',
      'gitmon_history_rewrites_total{project="red"} 1',
      'gitmon_commits_lost_total{project="red"} 2',
      'gitmon_commits_observed_total{project="red"} 6',
    ].toSorted(),
  );
  const { text } = await metrics.exposition([failing]);
  t.false(text.includes('project="red"'));
  t.true(text.includes('gitmon_refreshes_total{project="blue",result="failed"} 0'));
  t.true(text.includes('gitmon_detection_delay_seconds_count 2'));
  t.true(text.includes('gitmon_refresh_queue_depth 7'));
  await metrics.exposition([]);
  t.deepEqual(await lines([failing]), [], 'a project that comes again begins anew');
});

test('a project that came and went between two expositions leaves no series, and one that came keeps its counts', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  const lines = async (projects: readonly Project[]) => {
    const { text } = await metrics.exposition(projects);
    return text.split('\n').filter((line) => /^gitmon_\w+_total\{project=/.test(line));
  };
  const refreshed = (project: string) =>
    metrics.refreshed({
      projects: [project],
      result: 'unchanged',
      change: { added: 0, lost: 0 },
      detectionSeconds: null,
    });
  t.deepEqual(await lines([]), []);
  refreshed('red');
  for (let number = 0; number < 5; number += 1) refreshed(`gone-${number}`);
  t.deepEqual(
    (await lines([red])).toSorted(),
    [
      'gitmon_refreshes_total{project="red",result="unchanged"} 1',
      'gitmon_refreshes_total{project="red",result="updated"} 0',
      'gitmon_refreshes_total{project="red",result="rewritten"} 0',
      'gitmon_refreshes_total{project="red",result="failed"} 0',
      'gitmon_history_rewrites_total{project="red"} 0',
      'gitmon_commits_lost_total{project="red"} 0',
      'gitmon_commits_observed_total{project="red"} 0',
    ].toSorted(),
  );
  t.deepEqual(await lines([]), []);
  // Its refresh had read its name before it was removed.
  refreshed('red');
  t.deepEqual(await lines([]), []);
});

test('what adapters tell of their own work is counted by what it was', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  metrics.storeOperation('commits', 0.002);
  metrics.cacheRequest('hit');
  metrics.refreshWaited(0.5);
  const { text } = await metrics.exposition([]);
  t.true(text.includes('gitmon_store_operation_duration_seconds_count{op="commits"} 1'));
  t.true(text.includes('gitmon_cache_requests_total{cache="answers",result="hit"} 1'));
  t.true(text.includes('gitmon_cache_requests_total{cache="answers",result="miss"} 0'));
  t.true(text.includes('gitmon_refresh_wait_seconds_sum 0.5'));
});
