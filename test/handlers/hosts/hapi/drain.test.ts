import { once } from 'node:events';
import test from 'ava';
import { fakeCommits } from '../../../kit/fake-ports.ts';
import { rawClient, statuses } from '../../../kit/raw-client.ts';
import { contract, serve } from '../../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const slow = 'https://example.org/slow.git';
const post = (body: string) => ({ method: 'POST', body });

contract('a server that runs is ready', async (t, begin) => {
  const { ask } = await begin(t);
  const { status, text } = await ask('/readyz');
  t.is(status, 200);
  t.is(text, 'ok\n');
});

test('a server that ends is not ready and adds nothing new, while it still answers and waits', async (t) => {
  const { add, ask, git, joined, stop } = await serve(t);
  git.remotes.set(url, { commits: fakeCommits(1) });
  await add('red', url);
  git.remotes.set(slow, 'silent');
  const [waiting] = [ask('/add/slow', post(slow)), await joined()];
  const [form] = [ask('/add', post(`name=form&url=${slow}`)), await joined()];
  const force = new AbortController();
  const stopped = stop(60_000, force.signal);

  const ready = await ask('/readyz');
  t.is(ready.status, 503);
  t.is(ready.headers['retry-after'], '5');
  t.is((await ask('/healthz')).status, 200);
  t.is((await ask('/list/red')).status, 200);
  const late = await ask('/add/blue', post(url));
  t.is(late.status, 503);
  t.like(JSON.parse(late.text), { type: '/problems/stopping', status: 503 });
  const lateForm = await ask('/add', post(`name=blue&url=${url}`));
  t.is(lateForm.status, 503);
  t.is(lateForm.headers['retry-after'], '5');

  force.abort();
  const answer = await waiting;
  t.is(answer.status, 503);
  t.like(JSON.parse(answer.text), { type: '/problems/stopping' });
  const told = await form;
  t.is(told.status, 503);
  t.is(told.headers['retry-after'], '5');
  await stopped;
  await t.throwsAsync(ask('/healthz'), { message: /ECONNREFUSED|ECONNRESET/ });
});

test('a server ends as soon as what ran has its answer', async (t) => {
  const { ask, git, joined, stop } = await serve(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  git.remotes.set(slow, { commits: fakeCommits(1) });
  const fetch = git.fetch;
  Object.assign(git, {
    fetch: async (request: Parameters<typeof fetch>[0]) => {
      await promise;
      return fetch(request);
    },
  });
  const [waiting] = [ask('/add/slow', post(slow)), await joined()];
  const stopped = stop(60_000);
  t.is((await ask('/readyz')).status, 503);
  resolve();
  t.is((await waiting).status, 200);
  await stopped;
});

test('a body that does not come is told that the server ends', async (t) => {
  const { origin, stop } = await serve(t);
  const head = 'POST /add/red HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n';
  const { socket, closed } = await rawClient(t, origin, `${head}Expect: 100-continue\r\n\r\n`);
  await once(socket, 'data');
  await stop(50);
  t.deepEqual(statuses(await closed), [100, 503]);
});

test('the time of what runs is over when it is over', async (t) => {
  const { ask, git, joined, stop } = await serve(t);
  git.remotes.set(slow, 'silent');
  const [waiting] = [ask('/add/slow', post(slow)), await joined()];
  const fetching = git.asked;
  t.truthy(fetching);
  await Promise.all([stop(50), waiting.then(({ status }) => t.is(status, 503))]);
});
