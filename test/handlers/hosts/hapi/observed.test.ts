import test from 'ava';
import { fakeCommits } from '../../../kit/fake-ports.ts';
import { contract, serve as serveHapi, type Serving } from '../../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** One request of each kind of answer. */
async function askEverything({ add, ask, git }: Serving) {
  git.remotes.set(url, { commits: fakeCommits(600) });
  git.remotes.set('https://example.org/broken', { throws: new Error('broken') });
  await add('red', url);
  return [
    await ask('/'),
    await ask('/json/red'),
    await ask('/list/red'),
    await ask('/list/red', { headers: { 'if-none-match': '*' } }),
    await ask('/list/red?cursor=x'),
    await ask('/json/none'),
    await ask('/json/%zz'),
    await ask('/nothing', { headers: { accept: 'text/html' } }),
    await ask('/static/site.css'),
    await ask('/static/none'),
    await ask('/metrics'),
    await ask('/add/x', { method: 'POST', body: 'nonsense' }),
    await ask('/add/x', { method: 'POST', body: 'x'.repeat(9000) }),
    await ask('/add/x', { method: 'POST', body: 'https://example.org/none' }),
    await ask('/add/x', { method: 'POST', body: 'https://example.org/broken' }),
    await ask('/add/x', { method: 'POST', body: url, headers: { origin: 'https://evil.example' } }),
  ];
}

contract(
  'every answer carries an id of its own and tells browsers to be careful',
  async (t, serve) => {
    const answers = await askEverything(await serve(t));
    const ids = answers.map(({ headers }) => String(headers['x-request-id']));
    t.is(new Set(ids).size, answers.length);
    for (const id of ids) t.regex(id, uuid);
    for (const { headers } of answers) {
      const policy = String(headers['content-security-policy']);
      t.regex(policy, /default-src 'none'/);
      t.regex(policy, /frame-ancestors 'none'/);
      t.regex(policy, /script-src 'self'; connect-src 'self';/);
      t.regex(policy, /base-uri 'none'/);
      t.regex(policy, /form-action 'self'/);
      t.notRegex(policy, /unsafe/);
      t.is(headers['x-content-type-options'], 'nosniff');
      t.is(headers['referrer-policy'], 'no-referrer');
    }
  },
);

test('every request has one line in the log, with the id of its answer', async (t) => {
  const server = await serveHapi(t);
  const answers = await askEverything(server);
  for (const { status, headers } of answers) {
    const id = headers['x-request-id'];
    const line = await server.logged(({ req }) => req?.id === id);
    t.is(line.res?.statusCode, status);
    t.is(line.level, line.err === undefined ? (line.outcome === undefined ? 30 : 40) : 50);
  }
  t.is(server.log.length, answers.length + 1, 'the first one added the project');
});

test('the log holds no header that could be a secret, and no body', async (t) => {
  const { ask, logged, logText } = await serveHapi(t);
  const headers = {
    authorization: 'Bearer secret1',
    cookie: 'session=secret2',
    'x-api-key': 'secret3',
    'user-agent': 'known-agent',
  };
  await ask('/add/red', { method: 'POST', body: 'https://me:secret4@example.org/x', headers });
  await logged(({ req }) => req?.url === '/add/red');
  t.notRegex(logText.join(''), /secret/);
  t.regex(logText.join(''), /known-agent/);
});

contract('requests are counted by method, route and status', async (t, serve) => {
  const server = await serve(t);
  const answers = await askEverything(server);
  await server.ask('/list/red', { method: 'HEAD' });
  await server.ask('/json/red/more', { method: 'PUT' });
  await server.logged(({ req }) => req?.method === 'PUT');
  t.is(server.log.length, answers.length + 3);
  const counts = await counted(server);
  t.deepEqual(counts, {
    'GET / 200': 1,
    'GET /json/{projectname} 200': 1,
    'GET /json/{projectname} 404': 1,
    'GET /list/{projectname} 200': 1,
    'GET /list/{projectname} 304': 1,
    'GET /list/{projectname} 400': 1,
    'GET /metrics 200': 1,
    'GET /static/{path*} 200': 1,
    'GET /static/{path*} 404': 1,
    'GET unmatched 400': 1,
    'GET unmatched 404': 1,
    'HEAD /list/{projectname} 200': 1,
    'POST /add/{projectname} 200': 1,
    'POST /add/{projectname} 400': 2,
    'POST /add/{projectname} 403': 1,
    'POST /add/{projectname} 500': 2,
    'PUT unmatched 404': 1,
  });
});

contract('a client that left is not counted as answered', async (t, serve) => {
  const server = await serve(t);
  server.git.remotes.set(url, 'silent');
  const client = new AbortController();
  const asked = server.git.asked();
  const request = { method: 'POST', body: url, signal: client.signal };
  const answer = fetch(`${server.origin}/add/red`, request);
  await asked;
  client.abort();
  await t.throwsAsync(answer);
  await server.logged(({ req }) => req?.url === '/add/red');
  t.deepEqual(await counted(server), {});
});

contract('health checks are counted and not timed', async (t, serve) => {
  const { ask, logged } = await serve(t);
  await ask('/healthz');
  await logged(({ req }) => req?.url === '/healthz');
  const { text } = await ask('/metrics');
  t.regex(text, /^request_count_total\{.*endpoint="\/healthz",http_status="200"\} 1$/m);
  t.notRegex(text, /^request_latency.*healthz/m);
});

contract('invented paths make no series', async (t, serve) => {
  const { ask, log, logged } = await serve(t);
  await ask('/metrics');
  const before = series((await ask('/metrics')).text);
  for (let start = 0; start < 1000; start += 40) {
    const paths = Array.from({ length: 40 }, (_, index) => `/invented${start + index}`);
    const some = paths.map(async (path, index) =>
      ask(['', '/json', '/list', '/static'][index % 4] + path),
    );
    t.true((await Promise.all(some)).every(({ status }) => status === 404));
  }
  await logged(() => log.length >= 1002);
  const { text } = await ask('/metrics');
  t.deepEqual(series(text), before);
  t.regex(text, /^request_count_total\{.*endpoint="unmatched",http_status="404"\} 250$/m);
});

contract(
  'the metrics are the Prometheus text format, whatever the scraper would like',
  async (t, serve) => {
    const { ask } = await serve(t);
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
    for (const headers of [{ accept }, {}]) {
      const answer = await ask('/metrics', { headers });
      t.is(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
      t.regex(answer.text, /^request_count_total\{/m);
    }
  },
);

/** The requests counted so far, without those that are at 0. */
async function counted({ ask }: Serving): Promise<Record<string, number>> {
  const { text } = await ask('/metrics');
  const line =
    /^request_count_total\{app_name="server",method="(\w+)",endpoint="([^"]+)",http_status="(\d+)"\} (\d+)$/gm;
  const counts = [...text.matchAll(line)]
    .map(
      ([, method, endpoint, status, count]) =>
        [`${method} ${endpoint} ${status}`, Number(count)] as const,
    )
    .filter(([, count]) => count > 0);
  return Object.fromEntries(counts.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The names and labels of all series of requests, without their values. */
function series(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('request_'))
    .map((line) => line.slice(0, line.lastIndexOf(' ')));
}
