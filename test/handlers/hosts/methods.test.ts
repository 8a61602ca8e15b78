import { contract } from '../../kit/hosts.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

contract(
  'a method that an address does not know is a 405 that names those it knows',
  async (t, serve) => {
    const { ask } = await serve(t);
    const asked: readonly (readonly [method: string, path: string, allow: string])[] = [
      ['DELETE', '/api/v1/projects', 'GET, HEAD'],
      ['POST', '/api/v1/projects/red', 'GET, HEAD, PUT, DELETE'],
      ['PATCH', '/api/v1/projects/red', 'GET, HEAD, PUT, DELETE'],
      ['PUT', '/api/v1/projects/red/commits', 'GET, HEAD'],
      ['POST', '/api/v1/projects/red/commits/abcd', 'GET, HEAD'],
      ['GET', '/api/v1/projects/red/refresh', 'POST'],
      ['OPTIONS', '/api/v1/events', 'GET, HEAD'],
      ['POST', '/openapi.json', 'GET, HEAD'],
      ['PUT', '/feed/red.atom', 'GET, HEAD'],
      ['DELETE', '/login', 'GET, HEAD, POST'],
      ['POST', '/healthz', 'GET, HEAD'],
    ];
    for (const [method, path, allow] of asked) {
      const answer = await ask(path, { method });
      t.is(answer.status, 405, `${method} ${path}: ${answer.text}`);
      t.is(answer.headers.allow, allow, path);
      t.is(answer.headers['content-type'], 'application/problem+json');
      t.like(JSON.parse(answer.text), { type: '/problems/method_not_allowed', status: 405 });
    }
    const head = await ask('/api/v1/projects/red/refresh', { method: 'HEAD' });
    t.like(head, { status: 405, text: '' });
    const page = await ask('/login', { method: 'DELETE', headers: browser });
    t.is(page.status, 405);
    t.regex(page.text, /<h1>Not possible with that method<\/h1>/);
  },
);

contract(
  'the routes of the earlier dashboards know no other refusal than they did',
  async (t, serve) => {
    const { ask } = await serve(t);
    for (const [method, path] of [
      ['DELETE', '/'],
      ['GET', '/add/red'],
      ['GET', '/add'],
      ['POST', '/list/red'],
      ['PUT', '/json/red'],
      ['POST', '/metrics'],
      ['POST', '/static/site.css'],
    ] as const) {
      const answer = await ask(path, { method });
      t.is(answer.status, 404, path);
      t.is(answer.headers.allow, undefined);
    }
    t.is((await ask('/api/v1/nothing', { method: 'POST' })).status, 404);
  },
);

contract('requests that no route takes make one series a method', async (t, serve) => {
  const { ask } = await serve(t);
  for (const name of ['a', 'b', 'c']) {
    await ask(`/api/v1/projects/${name}`, { method: 'PATCH' });
  }
  const { text } = await ask('/metrics');
  const series = text.split('\n').filter((line) => line.includes('http_status="405"'));
  t.deepEqual(
    series.filter((line) => !line.endsWith(' 0')),
    [
      'request_count_total{app_name="server",method="PATCH",endpoint="unmatched",http_status="405"} 3',
    ],
  );
});
