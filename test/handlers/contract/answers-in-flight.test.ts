import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { ofSource } from '../../../domain/index.ts';
import { countAnswersInFlight } from '../../../handlers/contract/answers-in-flight.ts';
import { Coalescer } from '../../../handlers/contract/coalesce.ts';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { rawClient } from '../../kit/raw-client.ts';
import { serve, type Serving } from '../../kit/hosts.ts';

const red = 'https://example.org/red.git';

const formHeaders = {
  'content-type': 'application/x-www-form-urlencoded',
  accept: 'text/html',
};

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** Lets the first who reads all projects wait, with what is there by then, until that is let go; counts the calls. */
function holdProjects({ store }: Serving) {
  const { projects } = store;
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const seen = { calls: 0 };
  Object.assign(store, {
    projects: async () => {
      seen.calls++;
      const found = await projects();
      begin();
      if (seen.calls === 1) await held;
      return found;
    },
  });
  return { seen, begun, letGo };
}

/** A client that asks and takes nothing of the answer once its first bytes have come. */
async function slowReader(t: ExecutionContext, { origin }: Serving, path: string) {
  const { socket } = await rawClient(t, origin, get(path));
  await once(socket, 'data');
  socket.pause();
  return socket;
}

for (const path of ['/', '/status', '/metrics']) {
  test(`who asks for ${path} while it is made waits for the next, which all share and which is no older than they`, async (t) => {
    const server = await serve(t);
    const { ask, add, git } = server;
    const { seen, begun, letGo } = holdProjects(server);
    const first = ask(path);
    await begun;
    git.remotes.set(red, { commits: fakeCommits(3) });
    await add('red', red);
    const later = Array.from({ length: 20 }, () => ask(path));
    // The same again takes no less time, so they have come by then.
    for (let times = 0; times < 3; times++) t.is((await ask('/healthz')).status, 200);
    letGo();
    t.is((await first).status, 200);
    const shown = path === '/' ? /data-name="red"/ : /projects\{state="up"\} 1|1<\/|1 project/;
    for (const { status, text } of await Promise.all(later)) {
      t.is(status, 200);
      t.regex(text, shown);
    }
    t.true(seen.calls <= 5, `${seen.calls} calls`);
  });
}

test('runs of different keys follow one another, and one that fails leaves the next alone', async (t) => {
  const coalescer = new Coalescer<string>();
  const running: string[] = [];
  const work = (name: string) => async () => {
    running.push(name);
    t.is(running.length, 1);
    await Promise.resolve();
    running.pop();
    if (name === 'b') throw new Error(name);
    return name;
  };
  const asked = ['a', 'b', 'a', 'c', 'b'].map((key) => coalescer.run(key, work(key)));
  const results = await Promise.allSettled(asked);
  t.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected'],
  );
  t.is(await coalescer.run('a', work('a')), 'a');
});

test('a run that nobody waits for any more is left out, and one client has a share of the line', async (t) => {
  const coalescer = new Coalescer<string>();
  const begun: string[] = [];
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const first = coalescer.run('first', async () => {
    await held;
    return 'first';
  });
  const run = (key: string, signal: AbortSignal) =>
    coalescer.run(
      key,
      async () => {
        begun.push(key);
        return key;
      },
      signal,
    );
  const leaving = new AbortController();
  const gone = run('gone', leaving.signal);
  const alsoGone = run('gone', leaving.signal);
  leaving.abort(new Error('left'));
  await t.throwsAsync(gone, { message: 'left' });
  await t.throwsAsync(alsoGone, { message: 'left' });
  const client = () => ofSource(new AbortController().signal, '192.0.2.1');
  const own = Array.from({ length: 16 }, (_, index) => run(`own${index}`, client()));
  await t.throwsAsync(run('own16', client()), { code: 'busy' });
  const other = run('other', ofSource(new AbortController().signal, '192.0.2.2'));
  letGo();
  t.is(await first, 'first');
  t.is(await other, 'other');
  await Promise.all(own);
  t.deepEqual(begun.slice(0, 2), ['own0', 'other']);
  t.false(begun.includes('gone'));
});

test('what is asked for behind an answer that has not been taken is not made before it', async (t) => {
  const server = await serve(t);
  const { ask, origin, logged } = server;
  const { seen, letGo } = holdProjects(server);
  letGo();
  const { socket } = await rawClient(t, origin, get('/api/v1/events'));
  await once(socket, 'data');
  socket.write(get('/') + get('/status'));
  for (let times = 0; times < 3; times++) t.is((await ask('/login')).status, 200);
  t.is(seen.calls, 0);
  socket.destroy();
  await logged(({ msg }) => msg === 'GET / client left');
  await logged(({ msg }) => msg === 'GET /status client left');
  t.is(seen.calls, 0);
});

test('what is asked for behind an answer is made when that has been taken', async (t) => {
  const { origin, logged } = await serve(t);
  const { closed } = await rawClient(
    t,
    origin,
    get('/') + get('/status') + get('/').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
  );
  t.deepEqual((await closed).match(/^HTTP\/1\.1 \d+/gm), Array(3).fill('HTTP/1.1 200'));
  await logged(({ msg }) => msg === 'GET /status 200');
});

test('histories that slow readers have streamed are bounded, and the next is a 503 until one has left', async (t) => {
  const server = await serve(t, { cacheBytes: 0, budgets: { stream: 1.2 * 1024 ** 2 } });
  const { add, ask, git } = server;
  git.remotes.set(red, { commits: fakeCommits(30_000) });
  await add('red', red);
  const readers = [];
  for (let count = 0; count < 2; count++) readers.push(await slowReader(t, server, '/json/red'));
  const refused = await ask('/json/red');
  t.is(refused.status, 503);
  t.is(refused.headers['retry-after'], '5');
  t.regex(refused.text, /"type":"\/problems\/busy"/);
  t.is((await ask('/list/red')).status, 200);
  t.is((await ask('/json/red', { method: 'HEAD' })).status, 503);
  readers[0]?.destroy();
  const again = async () => (await ask('/json/red')).status;
  let tries = 0;
  while ((await again()) !== 200) t.true(++tries < 1000);
});

test('while slow readers hold whole histories, another one is streamed, and what is kept is sent as it was', async (t) => {
  const server = await serve(t, { cacheBytes: 1e9, budgets: { history: 8e6 } });
  const { add, ask, git } = server;
  const blue = 'https://example.org/blue.git';
  git.remotes.set(red, { commits: fakeCommits(30_000) });
  git.remotes.set(blue, { commits: fakeCommits(30_000) });
  await add('red', red);
  await add('blue', blue);
  git.remotes.clear();
  await slowReader(t, server, '/json/red');
  for (let count = 0; count < 2; count++) {
    const streamed = await ask('/json/blue');
    t.is(streamed.status, 200);
    t.is(streamed.headers['content-length'], undefined);
  }
  const kept = await ask('/json/red');
  t.is(kept.headers['content-length'], String(Buffer.byteLength(kept.text)));
});

test('a page for which there is no room is a 503, and short answers always have room', async (t) => {
  const { ask, store } = await serve(t, { budgets: { page: 10_000 } });
  t.is((await ask('/')).status, 200);
  for (let count = 0; count < 50; count++) {
    const url = `https://example.org/${count}.git`;
    await store.reserveProject({ name: `p${count}`, url, maxProjects: 100, at: 0 });
  }
  const { status, headers } = await ask('/');
  t.is(status, 503);
  t.is(headers['retry-after'], '5');
  const mistake = { method: 'POST', body: 'name=&url=x', headers: formHeaders };
  t.is((await ask('/add', mistake)).status, 503);
  t.is((await ask('/healthz')).status, 200);
  t.is((await ask('/login')).status, 200);
});

test('one buffer counts once, however many readers hold it, until the last has let it go', (t) => {
  const inFlight = countAnswersInFlight({ page: 100_000 });
  const memory = new ArrayBuffer(60_000);
  const releases = [1, 2, 3].map(() => inFlight.hold('page', memory, 60_000, 'a'));
  t.true(inFlight.hasRoom('page', 40_000, 'b', false));
  t.false(inFlight.hasRoom('page', 40_001, 'b', false));
  for (const release of releases.slice(1)) {
    release();
    release();
  }
  t.false(inFlight.hasRoom('page', 40_001, 'b', false));
  releases[0]?.();
  t.true(inFlight.hasRoom('page', 100_000, 'b', false));
});

test('a client holds a quarter at most, or one answer, and beyond what all may hold probes are answered', (t) => {
  const inFlight = countAnswersInFlight({ page: 400_000 });
  const hold = (client: string, bytes: number) => inFlight.hold('page', {}, bytes, client);
  const hasRoom = (client: string, bytes: number) => inFlight.hasRoom('page', bytes, client, false);
  t.true(hasRoom('a', 300_000));
  const release = hold('a', 60_000);
  t.true(hasRoom('a', 40_000));
  t.false(hasRoom('a', 40_001));
  t.true(inFlight.hasRoom('stream', 40_001, 'a', false));
  t.true(hasRoom('b', 340_000));
  hold('b', 340_000);
  t.false(hasRoom('c', 20_000));
  t.true(inFlight.hasRoom('page', 20_000, 'c', true));
  release();
  t.true(hasRoom('a', 60_000));
});
