import { once } from 'node:events';
import test from 'ava';
import { rawClient, statuses } from '../../../kit/raw-client.ts';
import { serve } from '../../../kit/hosts.ts';

const get = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
const last = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

test('a few requests sent at once over one connection have an answer each', async (t) => {
  const { origin } = await serve(t);
  const client = await rawClient(t, origin, get.repeat(7) + last);
  t.deepEqual(
    statuses(await client.closed),
    Array.from({ length: 8 }, () => 200),
  );
});

test('many requests sent at once over one connection end it, and nothing else', async (t) => {
  const { origin, ask, log } = await serve(t);
  const client = await rawClient(t, origin, get.repeat(5000));
  t.true(statuses(await client.closed).length <= 8);
  t.is((await ask('/healthz')).status, 200);
  t.true(log.length <= 20, `${log.length} lines`);
});

test('a body without end is refused, and not read any further', async (t) => {
  const { origin, logged } = await serve(t);
  for (const [name, length] of [
    ['red', 'Transfer-Encoding: chunked'],
    ['blue', 'Content-Length: 99999999999'],
  ]) {
    const head = `POST /add/${name} HTTP/1.1\r\nHost: localhost\r\n${length}\r\n\r\n`;
    const { socket, closed } = await rawClient(t, origin, head);
    const chunk = `100000\r\n${'a'.repeat(1 << 20)}\r\n`;
    while (!socket.destroyed) {
      // What ends the connection may be the answer or that it is closed behind it.
      if (!socket.write(chunk)) await once(socket, 'drain').catch(() => socket.destroy());
    }
    await closed;
    const { bytesWritten } = socket;
    t.true(bytesWritten < 100_000_000, `${bytesWritten} bytes`);
    await logged(({ msg }) => msg === `POST /add/${name} 400`);
  }
});

const odd = {
  'without Host': 'GET /healthz HTTP/1.1\r\n\r\n',
  'that expects something': 'GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: b\r\n\r\n',
};

for (const [name, request] of Object.entries(odd)) {
  test(`many requests ${name} that wait for an answer end their connection, and nothing else`, async (t) => {
    const { origin, ask, log } = await serve(t);
    const events = 'GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const { socket, closed } = await rawClient(t, origin, events);
    await once(socket, 'data');
    socket.write(request.repeat(1000));
    t.deepEqual(statuses(await closed), [200]);
    t.is((await ask('/healthz')).status, 200);
    t.true(log.length <= 20, `${log.length} lines`);
  });
}

test('a request without Host is refused, as HTTP/1.1 wants it, and told like any other', async (t) => {
  const { origin, ask, log } = await serve(t);
  t.is((await ask('/healthz')).status, 200);
  for (const path of ['/healthz', '/none']) {
    const request = `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`;
    const received = await (await rawClient(t, origin, request)).closed;
    t.deepEqual(statuses(received), [400]);
    t.regex(received, /"type":"\/problems\/bad_request"/);
  }
  t.deepEqual(
    log.map(({ msg }) => msg),
    ['GET /healthz 200', 'GET /healthz 400', 'GET /none 400'],
  );
});

test('a request that names two hosts is refused', async (t) => {
  const { origin, ask } = await serve(t);
  t.is((await ask('/')).status, 200);
  const ask2 = async (line: string, hosts: readonly string[]) => {
    const lines = [
      `${line} HTTP/1.1`,
      ...hosts.map((host) => `Host: ${host}`),
      'Connection: close',
    ];
    const received = await (await rawClient(t, origin, `${lines.join('\r\n')}\r\n\r\n`)).closed;
    return statuses(received)[0];
  };
  // What has been asked for already is answered in another way.
  const { etag } = (await ask('/openapi.json')).headers;
  t.truthy(etag);
  for (const path of ['/healthz', '/none', '/', '/openapi.json']) {
    t.is(await ask2(`GET ${path}`, ['localhost', 'localhost']), 400, path);
    t.is(await ask2(`GET ${path}`, ['localhost', 'evil.example']), 400, path);
  }
  for (const [target, host, status] of [
    ['http://evil.example/healthz', 'localhost', 400],
    ['http://localhost/healthz', 'evil.example', 400],
    ['http://localhost:1/healthz', 'localhost', 400],
    ['http://evil.example/healthz', 'evil.example', 403],
    ['http://localhost/healthz', 'localhost', 200],
    ['http://localhost/healthz', 'LOCALHOST:80', 200],
    ['HTTP://localhost:5000/healthz', 'localhost:5000', 200],
    ['//evil.example/healthz', 'localhost', 404],
  ] as const) {
    t.is(await ask2(`GET ${target}`, [host]), status, `${target} ${host}`);
  }
});

test('requests before one for a tunnel come to their end with the connection', async (t) => {
  const { ask, origin, logged, stop } = await serve(t);
  t.is((await ask('/')).status, 200);
  const page = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const events = page('/api/v1/events');
  const { socket, closed } = await rawClient(t, origin, events);
  await once(socket, 'data');
  const waiting = ['/', '/none', '/login'];
  socket.write(`${waiting.map(page).join('')}CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n`);
  await closed;
  const ended = ({ req }: { readonly req?: { readonly url: string } | undefined }) => req?.url;
  for (const path of waiting) await logged((line) => ended(line) === path);
  await logged((line) => ended(line) === '/api/v1/events');
  // Nothing is waited for any more: else this would take as long as the test has.
  await stop(600_000);
});

test('an expectation that nobody knows is passed over', async (t) => {
  const { origin, log } = await serve(t);
  const request = `GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: b\r\nConnection: close\r\n\r\n`;
  t.deepEqual(statuses(await (await rawClient(t, origin, request)).closed), [200]);
  t.is(log.length, 1);
});

test('over a connection that is one too many the state of the server alone may be asked, and once', async (t) => {
  const { origin, ask } = await serve(t, { maxConnections: 2 });
  t.is((await ask('/', { headers: { 'if-none-match': '*' } })).status, 304);
  const kept = [await rawClient(t, origin, get), await rawClient(t, origin, get)];
  for (const { socket } of kept) await once(socket, 'data');
  // Remembered, so that the way past hapi is tried too.
  const before = performance.now();
  for (const path of ['/healthz', '/readyz', '/metrics', '/metrics?a=b']) {
    const sent = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const received = await (await rawClient(t, origin, sent + sent)).closed;
    t.deepEqual(statuses(received), [200], path);
    t.regex(received, /^connection: close\r$/im);
  }
  for (const request of [
    'GET /',
    'GET /none',
    'GET /api/v1/events',
    'GET /static/site.css',
    'POST /healthz',
    'DELETE /api/v1/projects/a',
  ]) {
    const sent = `${request} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const received = await (await rawClient(t, origin, sent)).closed;
    t.deepEqual(statuses(received), [503], request);
    t.regex(received, /^connection: close\r$/im);
    t.regex(received, /^retry-after: \d+\r$/im);
    t.regex(received, /"type":"\/problems\/too_many_connections"/);
  }
  // They have not waited for the end of another connection.
  t.true(performance.now() - before < 4500);
  for (const { socket } of kept) socket.destroy();
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await ask('/').catch(() => undefined);
    if (answer?.status === 200) return t.pass();
  }
  return t.fail('the freed connection was not given to another');
});

test('of the connections beyond the limit an address has a few, and a silent one for a moment', async (t) => {
  const { origin, ask } = await serve(t, { maxConnections: 2 });
  const first = await rawClient(t, origin, get);
  await rawClient(t, origin, get);
  const silent = await Promise.all(Array.from({ length: 50 }, () => rawClient(t, origin)));
  const ends = silent.map(async ({ closed }) => closed);
  for (const end of ends) t.is(await end, '');
  t.is((await ask('/healthz')).status, 200);
  first.socket.destroy();
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await ask('/healthz').catch(() => undefined);
    if (answer?.status === 200) return t.pass();
  }
  return t.fail('the freed connection was not given to another');
});

test('a connection that asks nothing is closed without an answer, which a browser would take for that to what it asks next', async (t) => {
  const { origin } = await serve(t);
  const silent = await rawClient(t, origin);
  const slow = await rawClient(t, origin, 'GET /healthz HTTP/1.1\r\n');
  const kept = await rawClient(t, origin, get);
  t.is(await silent.closed, '');
  t.deepEqual(statuses(await slow.closed), [400]);
  t.deepEqual(statuses(await kept.closed), [200]);
});

const ready = 'GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\n\r\n';
const nonsense = 'GET / HTTP/1.1\r\nBad Header\r\n\r\n';

test('nonsense after a ready answer that waits for its turn ends the connection, and nothing else', async (t) => {
  const { origin, ask, log } = await serve(t);
  const events = 'GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const { socket, closed } = await rawClient(t, origin, events);
  await once(socket, 'data');
  socket.write(ready);
  // The same again takes no less time, so the ready one has been made by then.
  for (let times = 0; times < 3; times++) t.is((await ask('/')).status, 200);
  socket.write(nonsense);
  await closed;
  t.is((await ask('/healthz')).status, 200);
  t.deepEqual(
    log.filter(({ level }) => level > 30),
    [],
  );
});

test('nonsense alone is told what is wrong, with the headers of every answer', async (t) => {
  const { origin } = await serve(t);
  for (const bytes of [nonsense, 'G\r\n\r\n']) {
    const received = await (await rawClient(t, origin, bytes)).closed;
    const [head = '', body = ''] = received.split('\r\n\r\n');
    for (const header of [
      /^content-security-policy: default-src 'none';/im,
      /^x-content-type-options: nosniff$/im,
      /^referrer-policy: no-referrer$/im,
      /^content-type: application\/problem\+json$/im,
      new RegExp(`^content-length: ${body.length}$`, 'im'),
      /^connection: close$/im,
    ])
      t.regex(head.replaceAll('\r', ''), header, JSON.stringify(received));
    t.like(JSON.parse(body), { type: '/problems/bad_request', status: 400 });
  }
});

test('nonsense in the packet of a request that has a ready answer is a 400, and no fault of the server', async (t) => {
  const { origin, ask, log } = await serve(t);
  const { closed } = await rawClient(t, origin, ready + nonsense);
  t.deepEqual(statuses(await closed), [400]);
  t.is((await ask('/healthz')).status, 200);
  t.deepEqual(
    log.filter(({ level }) => level > 30),
    [],
  );
});

test('a ready answer to a request whose body nobody reads ends the connection', async (t) => {
  const { origin } = await serve(t);
  const withBody = ready.replace('\r\n\r\n', '\r\nContent-Length: 1000000\r\n\r\n');
  const { closed } = await rawClient(t, origin, withBody);
  const received = await closed;
  t.deepEqual(statuses(received), [304]);
  t.regex(received, /^connection: close\r$/im);
});

/** Ways to let two servers on a path disagree on where a request ends. */
const smuggled = [
  'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
  'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
  'Content-Length: -1\r\n\r\n',
  'Content-Length: +1\r\n\r\na',
  'Content-Length: 1 1\r\n\r\na',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n',
  'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
  'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
  'Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n',
  'Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n',
  'Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\na',
];

for (const rest of smuggled) {
  test(`a request of unclear length is refused and ends its connection: ${JSON.stringify(rest)}`, async (t) => {
    const { origin, ask } = await serve(t);
    const head = 'POST /add/red HTTP/1.1\r\nHost: localhost\r\n';
    const client = await rawClient(t, origin, `${head}${rest}${get}`);
    const found = statuses(await client.closed);
    t.true(found.length <= 1 && found.every((status) => status === 400), String(found));
    t.is((await ask('/json/red')).status, 404);
    t.is((await ask('/healthz')).status, 200);
  });
}

test('headers beyond 16 KiB are refused', async (t) => {
  const { origin, ask } = await serve(t);
  for (const headers of ['X-A: b\r\n'.repeat(5000), `X-A: ${'b'.repeat(20_000)}\r\n`]) {
    const head = `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${headers}`;
    const client = await rawClient(t, origin, `${head}\r\n`);
    t.true(statuses(await client.closed).every((status) => status === 400 || status === 431));
  }
  t.is((await ask('/healthz')).status, 200);
});
