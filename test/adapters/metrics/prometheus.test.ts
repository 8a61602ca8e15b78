import test from 'ava';
import { createPrometheusMetrics } from '../../../adapters/metrics/prometheus.ts';

const endpoints = [
  { endpoint: '/add/{projectname}', method: 'POST', statuses: [200, 400, 500], timed: true },
  { endpoint: '/healthz', method: 'GET', statuses: [200], timed: false },
];

/** The lines of the exposition that tell of requests. */
async function requestLines(metrics: ReturnType<typeof createPrometheusMetrics>) {
  const { text } = await metrics.exposition();
  return text.split('\n').filter((line) => line.includes('request_'));
}

test('the series of every route are there, at 0, before the first request', async (t) => {
  const lines = await requestLines(createPrometheusMetrics({ endpoints }));
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
  const metrics = createPrometheusMetrics({ endpoints });
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
  const metrics = createPrometheusMetrics({ endpoints });
  metrics.request({ method: 'get', endpoint: '/healthz', status: 200, seconds: 1 });
  const lines = await requestLines(metrics);
  t.true(lines.some((line) => /^request_count_total\{.*"\/healthz".* 1$/.test(line)));
  t.false(lines.some((line) => /^request_latency.*healthz/.test(line)));
});

test('the format is the Prometheus text format, however often it is asked for', async (t) => {
  const metrics = createPrometheusMetrics({ endpoints });
  await metrics.exposition();
  const { type, text } = await metrics.exposition();
  t.is(type, 'text/plain; version=0.0.4; charset=utf-8');
  t.regex(text, /^# TYPE request_count_total counter$/m);
  t.regex(text, /^# HELP request_count_total API Request Count$/m);
  t.regex(text, /^# HELP request_latency_seconds API Request latency$/m);
});

test('Node and process metrics are there, without gauges that are named like counters', async (t) => {
  const { text } = await createPrometheusMetrics({ endpoints }).exposition();
  t.regex(text, /^process_resident_memory_bytes \d/m);
  t.regex(text, /^nodejs_eventloop_lag_seconds \d/m);
  const gauges = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name);
  t.deepEqual(
    gauges.filter((name) => name?.endsWith('_total')),
    [],
  );
});

test('two sets of metrics in one process know nothing of each other', async (t) => {
  const one = createPrometheusMetrics({ endpoints });
  const other = createPrometheusMetrics({ endpoints });
  one.request({ method: 'POST', endpoint: '/add/{projectname}', status: 200, seconds: 1 });
  t.deepEqual(
    await requestLines(other),
    await requestLines(createPrometheusMetrics({ endpoints })),
  );
});
