import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { createByteCache } from '../../../../adapters/cache/lru.ts';
import { createEvents } from '../../../../adapters/events/events.ts';
import { createJobs } from '../../../../adapters/jobs/jobs.ts';
import { createQueue } from '../../../../adapters/queue/queue.ts';
import { createMemoryStore } from '../../../../adapters/memory/memory.ts';
import { addProject, type Commit, type StorePort } from '../../../../domain/index.ts';
import { createFetchHandler } from '../../../../handlers/index.ts';
import {
  healthyStatus,
  createFakeGit,
  createFakeMetrics,
  fakeCommits,
} from '../../../kit/fake-ports.ts';

const origin = 'https://monitor.example';
const url = 'https://example.org/red.git';
const gzip = { 'accept-encoding': 'gzip' };

/** A handler that knows one project, `red`, and what it counted. Its commits are those given, and not copies of them. */
async function serveRed(commits: readonly Commit[] = fakeCommits(1)) {
  const metrics = createFakeMetrics();
  const git = createFakeGit();
  git.remotes.set(url, { commits });
  const memory = createMemoryStore();
  const store: StorePort = {
    ...memory,
    history: async (name) => {
      const found = await memory.history(name);
      return found && { ...found, commits: () => inBatches(commits) };
    },
  };
  const queue = createQueue({ concurrency: 1 });
  // Nothing is kept, so that each answer is made anew.
  const cache = createByteCache({ maxBytes: 0 });
  const jobs = createJobs({ ended: new AbortController().signal });
  const status = { read: async () => healthyStatus };
  const ports = { git, queue, store, cache, metrics, jobs, events: createEvents(), status };
  await addProject(ports, { name: 'red', url });
  const answer = createFetchHandler({
    ports,
    version: '1.2.3',
    limits: { maxProjects: 10, timeoutSeconds: 60 },
    failed: () => {},
  });
  const ask = (path: string, init?: RequestInit) => answer(new Request(origin + path, init));
  return { ask, counted: metrics.requests };
}

async function* inBatches(commits: readonly Commit[]) {
  for (let start = 0; start < commits.length; start += 500) yield commits.slice(start, start + 500);
}

/** Commits that tell how many of them have been made into text. */
function watchedCommits(count: number) {
  const seen = { made: 0 };
  const commits = fakeCommits(count).map((commit) => ({
    ...commit,
    get message() {
      seen.made += 1;
      return `${commit.message} ${crypto.randomUUID()}`;
    },
  }));
  return { seen, commits };
}

for (const headers of [{}, gzip]) {
  const how = 'accept-encoding' in headers ? 'compressed' : 'plain';

  test(`a history is made no faster than it is read, and no further than that: ${how}`, async (t) => {
    const { seen, commits } = watchedCommits(20_000);
    const { ask, counted } = await serveRed(commits);
    seen.made = 0;
    const { body } = await ask('/json/red', { headers });
    const reader = body?.getReader();
    await reader?.read();
    for (let turn = 0; turn < 200; turn += 1) await setImmediate();
    // What is made ahead fills some buffers between here and there, a few thousand commits together.
    t.true(seen.made <= 10_000, `${seen.made} made`);
    t.deepEqual(counted, []);
    await reader?.cancel();
    while (counted.length === 0) await setImmediate();
    for (let turn = 0; turn < 200; turn += 1) await setImmediate();
    t.true(seen.made <= 10_000, `${seen.made} made`);
    t.deepEqual(counted, ['GET /json/{projectname} 200']);
  });
}

test('HEAD has the headers of GET and no body', async (t) => {
  const { ask, counted } = await serveRed(fakeCommits(1000));
  const head = await ask('/json/red', { method: 'HEAD', headers: gzip });
  t.is(head.body, null);
  t.deepEqual(counted, ['HEAD /json/{projectname} 200']);
  const get = await ask('/json/red', { headers: gzip });
  await get.body?.cancel();
  const names = (response: Response) => [...response.headers.keys()];
  t.deepEqual(names(head), names(get));
});

test('a file has another ETag when compressed, and either is known again', async (t) => {
  const { ask } = await serveRed();
  const etags = await Promise.all(
    [{}, gzip].map(async (headers) =>
      (await ask('/static/site.css', { headers })).headers.get('etag'),
    ),
  );
  t.is(new Set(etags).size, 2);
  for (const etag of etags) {
    t.regex(etag ?? '', /^"[^"]+"$/);
    const again = await ask('/static/site.css', { headers: { 'if-none-match': etag ?? '' } });
    t.is(again.status, 304);
    t.is(await again.text(), '');
  }
});

for (const [accepted, compressed] of [
  ['gzip', true],
  ['deflate, GZIP;q=0.5', true],
  ['br, gzip ; q=1', true],
  ['gzip;q=0', false],
  ['gzip;q=0.0, br', false],
  ['x-gzip', true],
  ['gzipped', false],
  ['*;q=0, gzip', true],
  ['identity', false],
] as const) {
  test(`${accepted} ${compressed ? 'gets' : 'does not get'} gzip`, async (t) => {
    const { ask } = await serveRed();
    const { headers } = await ask('/json/red', { headers: { 'accept-encoding': accepted } });
    t.is(headers.get('content-encoding'), compressed ? 'gzip' : null);
    t.is(headers.get('vary'), 'accept, accept-encoding');
  });
}

test('a request with two Host headers is refused', async (t) => {
  const { ask } = await serveRed();
  const headers = new Headers({ host: 'monitor.example' });
  t.is((await ask('/healthz', { headers })).status, 200);
  headers.append('host', 'evil.example');
  t.is((await ask('/healthz', { headers })).status, 400);
});

test('an invented method makes no series of its own', async (t) => {
  const { ask, counted } = await serveRed();
  for (const method of ['INVENTED', 'get1']) {
    const answer = await ask('/json/red', { method });
    t.is(answer.status, 404);
    await answer.text();
  }
  t.deepEqual(counted, ['OTHER unmatched 404', 'OTHER unmatched 404']);
});

test('no more of a body is read than it takes to refuse it', async (t) => {
  const { ask } = await serveRed();
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(1024));
    },
  });
  const answer = await ask('/add/red', { method: 'POST', body: endless, duplex: 'half' });
  t.is(answer.status, 400);
  t.true(sent <= 10, `${sent} KiB`);
});

test('a request that was given up rejects and is not counted', async (t) => {
  const { ask, counted } = await serveRed();
  const reason = new Error('left');
  const request = ask('/add/blue', {
    method: 'POST',
    body: url,
    signal: AbortSignal.abort(reason),
  });
  t.is(await t.throwsAsync(request), reason);
  t.deepEqual(counted, []);
});
