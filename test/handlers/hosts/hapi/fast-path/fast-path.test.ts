import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { createTokens } from '../../../../../adapters/access/tokens.ts';
import { writeCursor } from '../../../../../handlers/api/cursor.ts';
import type { Lifecycle } from '../../../../../handlers/hosts/hapi/lifecycle.ts';
import { alive } from '../../../../../handlers/core/health.ts';
import { FastPath } from '../../../../../handlers/hosts/hapi/fast-path/fast-path.ts';
import { fakeCommits, fakeSha } from '../../../../kit/fake-ports.ts';
import { rawClient, statuses } from '../../../../kit/raw-client.ts';
import { serve, type Answer, type Serving } from '../../../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';

const paths = [
  '/json/red',
  '/json/red?raw',
  '/list/red',
  `/list/red?cursor=${writeCursor({ tip: fakeSha(150), commits: 150, skip: 100 })}`,
  '/list/%72ed',
  '/authors/red',
  '/rewrites/red',
  `/commit/red/${fakeSha(7)}`,
  '/feed/red.atom',
  '/api/v1/projects/red/commits?author=a&limit=2',
  `/api/v1/projects/red/commits/${fakeSha(7)}`,
  '/api/v1/projects/red/stats',
  '/api/v1/projects/red/rewrites',
  '/openapi.json',
  '/api',
  '/',
  '/status',
  '/list/none',
  '/json/..',
  '/nothing',
];

const asked = [
  {},
  { headers: { 'accept-encoding': 'gzip' } },
  { headers: { accept: browser } },
  { headers: { 'if-none-match': '*' } },
  { headers: { origin: 'https://mine.example' } },
  { method: 'HEAD' },
  { method: 'HEAD', headers: { 'accept-encoding': 'gzip', 'if-none-match': '"other"' } },
  { method: 'POST' },
];

/** An answer without what differs each time. */
function same({ status, headers, text }: Answer) {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return { status, headers: rest, text: text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-\w+/g, 'id') };
}

async function withRed(serving: Serving, commits = 150): Promise<Serving> {
  serving.git.remotes.set(url, { commits: fakeCommits(commits) });
  await serving.add('red', url);
  return serving;
}

const take = mock.method(FastPath.prototype, 'tryHandle');

/** Whether each request for a url was taken from hapi. */
function taken(path: string): readonly boolean[] {
  const calls = take.mock.calls.filter(({ arguments: [req] }) => req.url === path);
  return calls.map(({ result }) => result !== undefined);
}

for (const [index, options] of asked.entries()) {
  test(`whatever is asked again is answered, logged and counted as it was the first time: ${JSON.stringify(options)}`, async (t) => {
    const server = await withRed(await serve(t, { origins: ['https://mine.example'] }));
    // A url of its own for each, since all servers of these tests are watched.
    const mark = (path: string) => `${path}${path.includes('?') ? '&' : '?'}raw=${index}`;
    for (const path of paths.map((each) => (each.startsWith('/json') ? mark(each) : each))) {
      const answers: Answer[] = [];
      const lines: unknown[] = [];
      for (let round = 0; round < 3; round++) {
        const answer = await server.ask(path, options);
        const id = answer.headers['x-request-id'];
        const { req, res, msg, level } = await server.logged((line) => line.req?.id === id);
        answers.push(answer);
        lines.push({ method: req?.method, url: req?.url, status: res?.statusCode, msg, level });
      }
      const [first, ...others] = answers.map(same);
      t.deepEqual(others, [first, first], path);
      t.deepEqual(lines.slice(1), [lines[0], lines[0]], path);
      t.true(answers[0]?.status === server.log.at(-1)?.res?.statusCode);
    }
    const isKnown = options.method !== 'POST' && options.headers?.['if-none-match'] !== '*';
    t.deepEqual(taken(mark('/json/red')), isKnown ? [false, true, true] : [false, false, false]);
    const { text } = await server.ask('/metrics');
    const counted = [...text.matchAll(/^request_count_total\{.*endpoint="\/json\/.*\} (\d+)$/gm)]
      .map(([, count]) => Number(count))
      .reduce((sum, count) => sum + count, 0);
    // Two paths of it, three times; POST is no method of it.
    t.is(counted, options.method === 'POST' ? 0 : 2 * 3);
  });
}

test('what is known and still being made when the time of what runs is over has a moment more', async (t) => {
  // The moment is a second, which a busy machine may take for this answer.
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (delay) => timeout.call(AbortSignal, 60 * delay);
  t.teardown(() => Object.assign(AbortSignal, { timeout }));
  const { ask, stop, store } = await withRed(await serve(t));
  t.is((await ask('/json/red')).status, 200);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: made, resolve: end } = Promise.withResolvers<void>();
  const { history } = store;
  Object.assign(store, {
    history: async (name: string) => {
      begin();
      await made;
      return history(name);
    },
  });
  const answer = ask('/json/red');
  await begun;
  const force = new AbortController();
  const stopped = stop(60_000, force.signal);
  force.abort();
  // By then hapi would have ended its connection.
  for (let turns = 0; turns < 10; turns++) await setImmediate();
  end();
  t.is((await answer).status, 200);
  await stopped;
});

test('while the server ends, everything is left to hapi', async (t) => {
  const { ask, stop, git, joined } = await withRed(await serve(t));
  const path = '/list/red?q=&author=';
  git.remotes.set('https://example.org/slow.git', 'silent');
  for (let times = 0; times < 2; times++) t.is((await ask(path)).status, 200);
  const slow = ask('/add/slow', { method: 'POST', body: 'https://example.org/slow.git' });
  await joined();
  const force = new AbortController();
  const stopped = stop(60_000, force.signal);
  t.is((await ask(path)).status, 200);
  // Not even asked.
  t.deepEqual(taken(path), [false, true]);
  force.abort();
  t.is((await slow).status, 503);
  await stopped;
});

test('a project that is gone, or another, is not answered as it was', async (t) => {
  const { ask, git, add } = await withRed(await serve(t));
  const read = async () => (await ask('/json/red')).text;
  const blue = 'https://example.org/blue.git';
  git.remotes.set(blue, { commits: fakeCommits(2) });
  for (let times = 0; times < 3; times++) t.is((await ask('/json/red')).status, 200);
  await add('red', blue);
  t.regex(await read(), /^\{"name":"red","url":"https:\/\/example\.org\/blue\.git"/);
  t.is((await ask('/api/v1/projects/red', { method: 'DELETE' })).status, 204);
  for (let times = 0; times < 3; times++) t.is((await ask('/json/red')).status, 404);
  await add('red', url);
  for (let times = 0; times < 3; times++)
    t.regex(await read(), /"https:\/\/example\.org\/red\.git"/);
});

test('what has been read with a token is not read without one', async (t) => {
  const tokens = createTokens([{ name: 'ada', token: 'sEcret-1' }]);
  const { ask, git } = await serve(t, { gateRules: { tokens: { ...tokens, forReads: true } } });
  const headers = { authorization: 'Bearer sEcret-1' };
  git.remotes.set(url, { commits: fakeCommits(1) });
  t.is((await ask('/add/red', { method: 'POST', body: url, headers })).status, 200);
  for (let times = 0; times < 3; times++) {
    t.is((await ask('/json/red', { headers })).status, 200);
    t.is((await ask('/json/red')).status, 401);
  }
});

test('what has been read by the right host is not read by another', async (t) => {
  const { ask, origin } = await withRed(await serve(t));
  for (let times = 0; times < 3; times++) {
    t.is((await ask('/json/red')).status, 200);
    for (const [host, status] of [
      ['evil.example', 403],
      ['a b', 403],
    ] as const) {
      const request = `GET /json/red HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      const { closed } = await rawClient(t, origin, request);
      t.deepEqual(statuses(await closed), [status]);
    }
  }
});

test('what is kept in one encoding and too large in another is counted once for each request', async (t) => {
  const { ask } = await withRed(await serve(t, { cacheBytes: 200_000 }), 600);
  for (let times = 0; times < 3; times++) {
    const gzip = await ask('/json/red', { headers: { 'accept-encoding': 'gzip' } });
    t.truthy(gzip.headers['content-length']);
    const identity = await ask('/json/red');
    t.is(identity.headers['transfer-encoding'], 'chunked');
    t.is(identity.text.match(/"sha":/g)?.length, 600);
  }
  const { text } = await ask('/metrics');
  const count = (result: string) =>
    new RegExp(`^gitmon_cache_requests_total\\{.*result="${result}"\\} (\\d+)$`, 'm').exec(
      text,
    )?.[1];
  t.deepEqual([count('miss'), count('hit'), count('too_large')], ['1', '2', '3']);
});

const head = 'GET /json/red HTTP/1.1\r\nHost: localhost\r\n';

test('several requests for what is known over one connection are answered in their order', async (t) => {
  const { ask, origin } = await withRed(await serve(t));
  await ask('/json/red');
  const ready = head.replace('GET', 'HEAD');
  const missing = ready.replace('red', 'none');
  const requests = `${ready}\r\n${missing}\r\n${ready}If-None-Match: *\r\n\r\n${ready}Connection: close\r\n\r\n`;
  const { closed } = await rawClient(t, origin, requests);
  t.deepEqual(statuses(await closed), [200, 404, 304, 200]);
});

const nonsense = ['GET / HTTP/1.1\r\nBad Header\r\n\r\n', '{"a":1}', 'NONSENSE /\r\n\r\n'];

test('nonsense after a request for what is known is a 400 after its answer, and no fault of the server', async (t) => {
  const { ask, log, origin } = await withRed(await serve(t));
  await ask('/json/red');
  const asking = head.replace('GET', 'HEAD');
  for (const after of nonsense) {
    const { closed } = await rawClient(t, origin, `${asking}\r\n${after}`);
    t.deepEqual(statuses(await closed), [200, 400], after);
  }
  // What is not known is waited for before it, and hapi gives that the 400.
  const unknown = asking.replace('/json/red', '/feed/red.atom');
  const { closed } = await rawClient(t, origin, `${unknown}\r\n${asking}\r\n${nonsense[0]}`);
  t.deepEqual(statuses(await closed), [200, 200, 400]);
  t.is((await ask('/json/red')).status, 200);
  t.deepEqual([...new Set(log.map(({ res }) => res?.statusCode))], [200]);
  t.deepEqual(
    log.filter(({ level }) => level > 30),
    [],
  );
});

test('nonsense after a request whose answer is being made is met once, whenever that is ready', async (t) => {
  t.timeout(120_000);
  const { origin, store, logged, log } = await serve(t);
  const { projects } = store;
  const page = 'GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nIf-None-Match: *\r\n\r\n';
  // The 400 is a page, and its making takes turns of the event loop, in each of which the answer may be ready.
  for (let turns = 0; turns < 80; turns++) {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: made, resolve: end } = Promise.withResolvers<void>();
    Object.assign(store, {
      projects: async () => {
        begin();
        await made;
        return projects();
      },
    });
    const { socket, received, closed } = await rawClient(t, origin, page);
    const answered = once(socket, 'data');
    // Where the page of the request before is still being made, this one is answered by that.
    await Promise.race([begun, answered, closed]);
    socket.write(nonsense[0] ?? '');
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    end();
    // A busy machine may take longer than the connection is held for the answer.
    await Promise.race([answered, closed]);
    t.true([304, 400].includes(statuses(received())[0] ?? 400));
    await logged(() => log.length > turns);
  }
  t.is(log.length, 80);
});

test('nonsense after a request that is handed to hapi is a 400 after its answer', async (t) => {
  for (const after of nonsense) {
    const { ask, log, origin } = await withRed(await serve(t));
    await ask('/json/red');
    t.is((await ask('/api/v1/projects/red', { method: 'DELETE' })).status, 204);
    const asking = head.replace('GET', 'HEAD');
    const { closed } = await rawClient(t, origin, `${asking}\r\n${after}`);
    t.deepEqual(statuses(await closed), [404, 400], after);
    t.is(log.at(-1)?.res?.statusCode, 404);
    t.is(log.filter(({ level }) => level > 30).length, 0);
  }
});

test('a request for what is known whose body is nonsense is a 400, also in the log', async (t) => {
  const { ask, logged, origin } = await withRed(await serve(t));
  await ask('/json/red');
  for (const rest of [
    'Transfer-Encoding: chunked\r\n\r\nZZ\r\nhello',
    'Transfer-Encoding: xchunked\r\n\r\nhello',
  ]) {
    const { closed } = await rawClient(t, origin, `${head}${rest}`);
    const received = await closed;
    t.deepEqual(statuses(received), [400], rest);
    const [, id] = /^x-request-id: (\S+)\r$/im.exec(received) ?? [];
    t.is((await logged(({ req }) => req?.id === id)).res?.statusCode, 400);
  }
});

test('nonsense after nonsense behind answers that are read slowly adds nothing', async (t) => {
  const { ask, origin } = await withRed(await serve(t), 6000);
  await ask('/json/red');
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on('warning', warned);
  t.teardown(() => process.off('warning', warned));
  const { socket, closed } = await rawClient(t, origin, `${head}\r\n`.repeat(7));
  socket.pause();
  for (let times = 0; times < 20; times++) {
    socket.write('NONSENSE\r\n\r\n');
    t.is((await ask('/healthz')).status, 200);
  }
  socket.resume();
  const found = (await closed).match(/HTTP\/1\.1 \d{3}/g)?.map((line) => Number(line.slice(-3)));
  t.deepEqual(found, [200, 200, 200, 200, 200, 200, 200, 400]);
  t.deepEqual(warnings, []);
});

test('a request for what is known whose body nobody reads ends its connection', async (t) => {
  const { ask, origin } = await withRed(await serve(t));
  await ask('/json/red');
  const { closed } = await rawClient(t, origin, `${head}Content-Length: 1000000\r\n\r\n`);
  const received = await closed;
  t.deepEqual(statuses(received), [200]);
  t.regex(received, /^connection: close\r$/im);
});

/** A shortcut whose requests are answered by nobody, so that each is handed over unless its client leaves. */
function bare(answer: Lifecycle['answer'] = async () => undefined) {
  const ended: string[] = [];
  const shortcut = new FastPath({
    begin: (req, res) => {
      const [startedAt, shift] = [0, { running: 1 }];
      return { req, res, id: 'id', address: undefined, startedAt, shift };
    },
    authorize: async () => {},
    answer,
    responseHeaders: () => ({}),
    end: (_exchange, { path }) => void ended.push(path),
    drain: () => async () => {},
  });
  /** What was begun of a request that was taken. */
  const ask = async (path: string, method = 'GET') => {
    const req = Object.assign(new IncomingMessage(new Socket()), { method, url: path });
    const { promise, resolve } = Promise.withResolvers<void>();
    if (shortcut.tryHandle(req, new ServerResponse(req), resolve) === undefined) return undefined;
    await promise;
    return shortcut.handedOver(req);
  };
  const learn = (path: string, method = 'GET') => shortcut.record({ method, url: path }, known);
  return { shortcut, ask, learn, ended };
}

const known = { handler: alive, route: '/a', path: '/a', params: {}, query: {} };

test('only reading what is known is taken from hapi', async (t) => {
  const { ask, learn } = bare();
  t.is(await ask('/a'), undefined);
  learn('/a');
  t.truthy(await ask('/a'));
  t.truthy(await ask('/a', 'HEAD'));
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'get']) {
    t.is(await ask('/a', method), undefined, method);
  }
  t.is(await ask('/a?'), undefined);
  learn('/b', 'POST');
  t.is(await ask('/b'), undefined);
});

test('what hapi has to send is handed to it, and need not be made again', async (t) => {
  const reply = { kind: 'text', type: 'text/plain', text: 'a' } as const;
  const { ask, learn } = bare(async () => reply);
  learn('/a');
  t.like(await ask('/a'), { id: 'id', outcome: { kind: 'reply', reply } });
  t.truthy(await ask('/a'));
});

test('what is refused is handed to hapi, and known no longer', async (t) => {
  const error = new Error('gone');
  const { ask, learn } = bare(() => Promise.reject(error));
  learn('/a');
  t.deepEqual((await ask('/a'))?.outcome, { kind: 'fault', error });
  t.is(await ask('/a'), undefined);
});

test('of whatever is asked, no more than a bound is known', async (t) => {
  const { ask, learn } = bare();
  const long = `/${'a'.repeat(500)}`;
  const whole = 'http://other.example/a';
  for (const each of [long, whole, '']) {
    learn(each);
    t.is(await ask(each), undefined);
  }
  learn('/first');
  for (let number = 1; number < 1000; number++) learn(`/${number}`);
  t.truthy(await ask('/first'));
  learn('/last');
  // The one that was used least recently has gone.
  t.is(await ask('/1'), undefined);
  t.truthy(await ask('/first'));
  t.truthy(await ask('/last'));
});

test('a request whose client has left comes to its end, and not to hapi', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { ask, learn, ended } = bare(async ({ req }) => {
    req.socket.destroy();
    resolve();
    return { kind: 'text', type: 'text/plain', text: 'a' };
  });
  learn('/a');
  const handedOver = ask('/a').then(() => 'handed over');
  await promise;
  t.is(await Promise.race([handedOver, setImmediate('left')]), 'left');
  t.deepEqual(ended, ['/a']);
});

test('a request for what is known comes to its end where its client leaves before its turn', async (t) => {
  const { ask, origin, logged } = await withRed(await serve(t));
  await ask('/json/red?raw=turn');
  const events = 'GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const { socket } = await rawClient(t, origin, events);
  await once(socket, 'data');
  socket.write(`${head.replace('/red', '/red?raw=turn')}\r\n`);
  // Once another one has been answered, it waits for its turn.
  for (let times = 0; times < 3; times++) t.is((await ask('/json/red')).status, 200);
  socket.destroy();
  const first = await logged(({ req }) => req?.url === '/json/red?raw=turn');
  const last = await logged(
    ({ req }) => req?.url === '/json/red?raw=turn' && req.id !== first.req?.id,
  );
  t.is(last.msg, 'GET /json/red client left');
});

test('a client that leaves after nonsense is noticed, though hapi works for it', async (t) => {
  const { ask, git, origin, logged } = await withRed(await serve(t));
  await ask('/json/red');
  const slow = 'https://example.org/slow.git';
  git.remotes.set(slow, 'silent');
  const fetching = git.asked();
  const add = `POST /add/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${slow.length}\r\n\r\n${slow}`;
  const { socket } = await rawClient(t, origin, `${add}${head}\r\n`);
  const signal = await fetching;
  const over = once(signal, 'abort');
  socket.write(nonsense[0] ?? '');
  for (let times = 0; times < 3; times++) t.is((await ask('/healthz')).status, 200);
  socket.resetAndDestroy();
  await over;
  await logged(({ req }) => req?.url === '/add/slow');
});

test('very much nonsense after a request that hapi works for is met once', async (t) => {
  const { ask, git, origin } = await serve(t);
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on('warning', warned);
  t.teardown(() => process.off('warning', warned));
  const slow = 'https://example.org/slow.git';
  git.remotes.set(slow, 'silent');
  const fetching = git.asked();
  const add = `POST /add/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${slow.length}\r\n\r\n${slow}`;
  const { socket, closed } = await rawClient(t, origin, add);
  await fetching;
  for (let times = 0; times < 30; times++) {
    socket.write('NONSENSE\r\n\r\n');
    t.is((await ask('/healthz')).status, 200);
  }
  await closed;
  t.deepEqual(warnings, []);
});
