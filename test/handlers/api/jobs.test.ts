import { get, type IncomingMessage } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { fakeCommits } from '../../kit/fake-ports.ts';
import { readObject } from '../../kit/json.ts';
import { contract, serve, type Serving } from '../../kit/hosts.ts';

const url = 'https://example.org/red.git';
const later = { prefer: 'respond-async' };

const readJob = readObject;

/** A job that has ended, or as soon as its end is told of. */
async function ended(t: ExecutionContext, server: Serving, location: string) {
  const listener = await listen(t, server);
  await listener.until(/^: hello/);
  const job = readJob((await server.ask(location)).text);
  if (job['state'] === 'done' || job['state'] === 'failed') return job;
  const id = location.slice(location.lastIndexOf('/') + 1);
  await listener.until(new RegExp(`"id":"${id}"[^\\n]*"state":"(?:done|failed)"`));
  return readJob((await server.ask(location)).text);
}

contract('a refresh is a job that tells how it goes, one at a time', async (t, begin) => {
  const server = await begin(t);
  const { add, ask, git } = server;
  git.remotes.set(url, { commits: fakeCommits(1) });
  await add('red', url);
  git.remotes.set(url, 'silent');
  const asked = git.asked();
  const first = await ask('/api/v1/projects/red/refresh', { method: 'POST' });
  t.is(first.status, 202);
  const { location = '' } = first.headers;
  t.regex(location, /^\/api\/v1\/jobs\/[\w-]+$/);
  t.is(readJob(first.text)['project'], 'red');
  await asked;
  const running = await ask(location);
  t.like(readJob(running.text), {
    project: 'red',
    state: 'running',
    phase: 'receiving',
    percent: 50,
    bytes: 1000,
    outcome: null,
  });
  const { etag = '' } = running.headers;
  t.is((await ask(location, { headers: { 'if-none-match': etag } })).status, 304);
  const second = await ask('/api/v1/projects/red/refresh', { method: 'POST' });
  t.is(second.headers['location'], location);
  t.is((await ask('/api/v1/projects/none/refresh', { method: 'POST' })).status, 404);
  t.is((await ask('/api/v1/projects/red/refresh?x=1', { method: 'POST' })).status, 400);
  t.is((await ask('/api/v1/jobs/none')).status, 404);
});

contract('a project can be added without waiting for it, in either way', async (t, begin) => {
  const server = await begin(t);
  const { ask, git } = server;
  git.remotes.set(url, { commits: fakeCommits(3) });
  const body = JSON.stringify({ url });
  for (const [name, path, method] of [
    ['red', '/api/v1/projects/red', 'PUT'],
    ['blue', '/add/blue', 'POST'],
  ] as const) {
    const answer = await ask(path, { method, body, headers: later });
    t.is(answer.status, 202, answer.text);
    t.is(answer.headers['preference-applied'], 'respond-async');
    const job = await ended(t, server, answer.headers['location'] ?? '');
    t.like(job, { project: name, state: 'done', outcome: 'ok', percent: 100 });
    t.like(JSON.parse((await ask(`/api/v1/projects/${name}`)).text), { name, commits: 3 });
  }
  t.is((await ask('/api/v1/projects/red', { method: 'PUT', body, headers: later })).status, 200);
  t.is((await ask('/add/-x', { method: 'POST', body, headers: later })).status, 400);
});

const byForm = {
  headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
  body: new URLSearchParams({ name: 'red', url }).toString(),
};

for (const [how, path, sent] of [
  ['by a client that does not wait', '/add/red', { headers: later, body: url }],
  ['by a form', '/add', byForm],
] as const) {
  contract(
    `a project that is removed while a job refreshes it can be added again at once, ${how}`,
    async (t, begin) => {
      const server = await begin(t);
      const { add, ask, git, joined } = server;
      git.remotes.set(url, { commits: fakeCommits(3) });
      await add('red', url);
      const { promise, resolve } = Promise.withResolvers<void>();
      const { fetch } = git;
      git.fetch = async (request) => {
        await promise;
        return fetch(request);
      };
      const refreshing = joined();
      await ask('/api/v1/projects/red/refresh', { method: 'POST' });
      await refreshing;
      t.is((await ask('/api/v1/projects/red', { method: 'DELETE' })).status, 204);
      const joining = joined();
      const adding = ask(path, { method: 'POST', ...sent });
      // Only the form waits for the fetch, and only where it has not been given the job of the refresh.
      await Promise.race([joining, adding]);
      resolve();
      const { location = '' } = (await adding).headers;
      if (sent === byForm) t.is(location, '/list/red');
      else t.like(await ended(t, server, location), { state: 'done', outcome: 'ok' });
      t.is((await ask('/api/v1/projects/red')).status, 200);
    },
  );
}

contract('a job whose fetch fails tells its outcome', async (t, begin) => {
  const server = await begin(t);
  const { ask, git } = server;
  git.remotes.set(url, { fails: { outcome: 'dns', detail: 'fatal' } });
  const body = JSON.stringify({ url });
  const { headers } = await ask('/api/v1/projects/red', { method: 'PUT', body, headers: later });
  t.like(await ended(t, server, headers['location'] ?? ''), { state: 'failed', outcome: 'dns' });
});

/** Listens to the events of a server. */
async function listen(t: ExecutionContext, { origin }: Serving, lastId?: string) {
  const headers = {
    'accept-encoding': 'gzip',
    ...(lastId !== undefined && { 'last-event-id': lastId }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${origin}/api/v1/events`, { headers, agent: false }, resolve).on('error', reject);
  });
  t.teardown(() => response.destroy());
  let text = '';
  const chunks = response.iterator({ destroyOnReturn: false });
  return {
    response,
    /** All that came, as soon as that is among it. */
    async until(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) {
        const next = await chunks.next();
        if (next.done === true) throw new Error(`the stream ended after ${text}`);
        text += String(next.value);
      }
      return text;
    },
    async rest(): Promise<void> {
      for await (const chunk of chunks) text += String(chunk);
    },
  };
}

contract(
  'listeners hear of jobs, tips and states as they come, and of those they missed',
  async (t, begin) => {
    const server = await begin(t);
    const { ask, git } = server;
    git.remotes.set(url, { commits: fakeCommits(2) });
    const first = await listen(t, server);
    t.is(first.response.statusCode, 200);
    t.regex(first.response.headers['content-type'] ?? '', /^text\/event-stream/);
    t.is(first.response.headers['content-encoding'], undefined);
    await first.until(/^: hello/);
    const body = JSON.stringify({ url });
    await ask('/api/v1/projects/red', { method: 'PUT', body, headers: later });
    const text = await first.until(/event: job\ndata: [^\n]*"done"[^\n]*\n\n/);
    t.regex(
      text,
      /event: job\ndata: \{"id":"[\w-]+","project":"red","url":"[^"]+","state":"queued"/,
    );
    t.regex(
      text,
      /event: state\ndata: \{"project":"red","tip":"\w{40}","commits":2,"state":"up"\}\n\n/,
    );
    t.regex(text, /event: tip\ndata: /);
    const ids = [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '');
    t.is(new Set(ids).size, ids.length);
    const again = await listen(t, server, ids.at(-2));
    const missed = await again.until(/event: /);
    t.deepEqual(
      [...missed.matchAll(/^id: (.*)$/gm)].map(([, id]) => id),
      [ids.at(-1)],
    );
  },
);

contract(
  'listeners hear when a project fails, gets another tip, and is removed',
  async (t, begin) => {
    const server = await begin(t);
    const { add, ask, git } = server;
    git.remotes.set(url, { commits: fakeCommits(1) });
    await add('red', url);
    const listener = await listen(t, server);
    await listener.until(/hello/);
    git.remotes.set(url, { fails: { outcome: 'dns', detail: '' } });
    await ask('/add/red', { method: 'POST', body: url });
    await listener.until(/event: state\ndata: [^\n]*"commits":1,"state":"failing"/);
    git.remotes.set(url, { commits: fakeCommits(2) });
    await add('red', url);
    await listener.until(/event: tip\ndata: [^\n]*"commits":2,"state":"up"/);
    await listener.until(/event: refreshing\ndata: \{"project":"red","refreshing":false\}/);
    await ask('/api/v1/projects/red', { method: 'DELETE' });
    await listener.until(/event: removed\ndata: \{"project":"red"\}/);
  },
);

test('a server that ends lets its listeners go at once', async (t) => {
  const server = await serve(t);
  const listener = await listen(t, server);
  await listener.until(/hello/);
  const [stopped] = [server.stop(60_000), await listener.rest()];
  await stopped;
  t.pass();
});
