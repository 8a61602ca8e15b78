import test from 'ava';
import { createEvents } from '../../../adapters/events/events.ts';
import { createQueue } from '../../../adapters/queue/queue.ts';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import {
  addProject,
  DomainError,
  fetchError,
  refreshProject,
  removeProject,
  type ServerEvent,
} from '../../../domain/index.ts';
import type { FetchRequest } from '../../../domain/ports/git-port.ts';
import { refreshHistory } from '../../../domain/use-cases/refresh-history.ts';
import { createFakeGit, createFakeMetrics, fakeCommits } from '../../kit/fake-ports.ts';

const url = 'https://example.org/a.git';

async function refreshPorts() {
  const git = createFakeGit();
  const metrics = createFakeMetrics();
  const ports = {
    git,
    store: createMemoryStore(),
    queue: createQueue({ concurrency: 1 }),
    metrics,
  };
  git.remotes.set(url, { commits: fakeCommits(2) });
  await addProject(ports, { name: 'a', url });
  metrics.operations.length = 0;
  return { git, ports, signal: new AbortController().signal };
}

test('a failed refresh keeps the history, and the project is failing until one succeeds', async (t) => {
  const { git, ports, signal } = await refreshPorts();
  const before = await ports.store.project('a');
  git.remotes.set(url, { fails: { outcome: 'unavailable', detail: '' } });
  await t.throwsAsync(refreshHistory(ports, { url, signal }), { code: 'unavailable' });
  const failing = await ports.store.project('a');
  t.like(failing, { state: 'failing', commits: 2, lastSuccessAt: before?.lastSuccessAt ?? 0 });
  t.true((failing?.lastAttemptAt ?? 0) >= (before?.lastAttemptAt ?? Infinity));

  git.remotes.set(url, { commits: fakeCommits(3) });
  await refreshHistory(ports, { url, signal });
  const up = await ports.store.project('a');
  t.like(up, { state: 'up', commits: 3, lastSuccessAt: up?.lastAttemptAt ?? 0 });
  t.deepEqual(ports.metrics.operations, ['fetch unavailable', 'fetch ok', 'log ok']);
});

test('where the process that runs git is not there, nothing is said of the remote', async (t) => {
  const { git, ports, signal } = await refreshPorts();
  const before = await ports.store.project('a');
  git.remotes.set(url, { throws: new DomainError('git_unavailable', 'Git is not there.') });
  await t.throwsAsync(refreshHistory(ports, { url, signal }), { code: 'git_unavailable' });
  t.deepEqual(await ports.store.project('a'), before);
  t.deepEqual(await ports.store.openAttempts(), []);
  t.deepEqual(ports.metrics.operations, []);
});

test('whoever listens hears of a refresh while it runs, whether it goes well or not', async (t) => {
  const { git, ports, signal } = await refreshPorts();
  await addProject(ports, { name: 'b', url });
  const told: ServerEvent[] = [];
  const events = { ...createEvents(), publish: (event: ServerEvent) => void told.push(event) };
  const both = (refreshing: boolean) =>
    ['a', 'b'].map((project) => ({ type: 'refreshing', data: { project, refreshing } }));
  await refreshHistory({ ...ports, events }, { url, signal });
  t.deepEqual(told, [...both(true), ...both(false)]);
  git.remotes.set(url, { fails: { outcome: 'dns', detail: '' } });
  await t.throwsAsync(refreshHistory({ ...ports, events }, { url, signal }), { code: 'dns' });
  t.deepEqual(told.slice(4, 6), both(true));
  t.deepEqual(told.slice(-2), both(false));
});

test('whoever listens hears of every project of a url, and is not cut off, however many there are', async (t) => {
  const { git, ports, signal } = await refreshPorts();
  const names = Array.from({ length: 2500 }, (_, number) => `name-${number}`);
  for (const name of names) await ports.store.saveProject({ name, url, maxProjects: 1e6, at: 0 });
  const events = createEvents();
  const counts = { refreshing: 0, tip: 0 };
  const listening = (async () => {
    for await (const batch of events.listen(undefined, signal)) {
      counts.refreshing += batch.filter(({ type }) => type === 'refreshing').length;
      counts.tip += batch.filter(({ type }) => type === 'tip').length;
      if (counts.refreshing === 5002) return;
    }
  })();
  git.remotes.set(url, { commits: fakeCommits(5) });
  await refreshHistory({ ...ports, events }, { url, signal });
  await listening;
  t.deepEqual(counts, { refreshing: 5002, tip: 2501 });
});

test('a refresh that nobody waits for any more says nothing about the remote', async (t) => {
  const { git, ports } = await refreshPorts();
  git.remotes.set(url, 'silent');
  const client = new AbortController();
  const asked = git.asked();
  const refreshing = refreshHistory(ports, { url, signal: client.signal });
  await asked;
  client.abort(new Error('gone'));
  await t.throwsAsync(refreshing, { message: 'gone' });
  t.like(await ports.store.project('a'), { state: 'up' });
  t.deepEqual(ports.metrics.operations, []);
});

test('a refresh whose time is over is a failure', async (t) => {
  const { git, ports } = await refreshPorts();
  git.remotes.set(url, 'silent');
  const clock = new AbortController();
  const asked = git.asked();
  const refreshing = refreshHistory(ports, { url, signal: clock.signal });
  await asked;
  clock.abort(fetchError('timeout'));
  await t.throwsAsync(refreshing, { code: 'timeout' });
  t.like(await ports.store.project('a'), { state: 'failing' });
  t.deepEqual(ports.metrics.operations, ['fetch timeout']);
});

test('what a mirror takes that is made anew counts as received', async (t) => {
  const { git, ports, signal } = await refreshPorts();
  const received: number[] = [];
  const { promise: maintained, resolve: maintain } = Promise.withResolvers<void>();
  const told = {
    ...ports,
    git: {
      ...git,
      maintain: async () => ({
        outcome: 'repacked' as const,
        seconds: 1,
        fetched: { filter: 'tree:0' as const, receivedBytes: 42 },
      }),
    },
    metrics: {
      ...ports.metrics,
      received: ({ receivedBytes }: { readonly receivedBytes: number }) =>
        void received.push(receivedBytes),
      gitOperation: ({ op }: { readonly op: string }) => {
        if (op === 'repack') maintain();
      },
    },
  };
  git.remotes.set(url, { commits: fakeCommits(9) });
  await refreshHistory(told, { url, signal });
  await maintained;
  t.is(received.at(-1), 42);
});

test('what breaks while git is run counts as internal', async (t) => {
  const { git, ports, signal } = await refreshPorts();
  git.remotes.set(url, { throws: new Error('no space') });
  await t.throwsAsync(refreshHistory(ports, { url, signal }), { message: 'no space' });
  t.deepEqual(ports.metrics.operations, ['fetch internal']);
});

test('nothing is kept of a url whose only client leaves when it has just been saved', async (t) => {
  const { git, ports } = await refreshPorts();
  const fresh = 'https://example.org/fresh.git';
  const forgotten: string[] = [];
  const client = new AbortController();
  const { saveHistory } = ports.store;
  const held = {
    ...ports,
    git: { ...git, forget: async (gone: string) => void forgotten.push(gone) },
    store: {
      ...ports.store,
      saveHistory: async (...saved: Parameters<typeof saveHistory>) => {
        const change = await saveHistory(...saved);
        client.abort(new Error('gone'));
        return change;
      },
    },
  };
  git.remotes.set(fresh, { commits: fakeCommits(3) });
  const adding = addProject(held, { name: 'fresh', url: fresh, signal: client.signal });
  await t.throwsAsync(adding, { message: 'gone' });
  await ports.queue.idle();
  t.is(await ports.store.findHistory(fresh), undefined);
  t.deepEqual(forgotten, [fresh]);
  // Somebody else's name keeps it.
  await refreshHistory(held, { url, signal: client.signal });
  t.like(await ports.store.project('a'), { state: 'up' });
});

test('what a store does not begin to read is ended', async (t) => {
  const { git, ports, signal } = await refreshPorts();
  let open = 0;
  const failing = {
    ...ports,
    git: {
      ...git,
      async *log() {
        open++;
        try {
          yield fakeCommits(1);
          yield fakeCommits(1);
        } finally {
          open--;
        }
      },
    },
    store: { ...ports.store, saveHistory: () => Promise.reject(new Error('no room')) },
  };
  git.remotes.set(url, { commits: fakeCommits(3) });
  await t.throwsAsync(refreshHistory(failing, { url, signal }), { message: 'no room' });
  t.is(open, 0);
});

test('nothing is kept of a project that is removed while somebody refreshes it', async (t) => {
  const { git, ports } = await refreshPorts();
  const forgotten: string[] = [];
  const removing = {
    ...ports,
    git: {
      ...git,
      forget: async (gone: string) => void forgotten.push(gone),
      fetch: async (request: Parameters<typeof git.fetch>[0]) => {
        await removeProject(removing, { name: 'a' });
        return git.fetch(request);
      },
    },
  };
  git.remotes.set(url, { commits: fakeCommits(4) });
  await refreshProject(removing, { name: 'a' });
  t.is(await ports.store.findHistory(url), undefined);
  t.deepEqual(forgotten, [url]);
});

test('a refresh ends when its time is over, however long those who have joined it would wait', async (t) => {
  const { git, ports } = await refreshPorts();
  git.remotes.set(url, 'silent');
  const asked = git.asked();
  const first = addProject(ports, { name: 'a', url, timeoutSeconds: 0.05 });
  await asked;
  const joined = ports.queue.singleFlight(url, async () => {});
  await t.throwsAsync(first, { code: 'timeout' });
  await t.throwsAsync(joined, { code: 'timeout' });
  t.like(await ports.store.project('a'), { state: 'failing', lastOutcome: 'timeout' });
});

test('a mirror is maintained also where what was fetched could not be kept', async (t) => {
  const { git, ports, signal } = await refreshPorts();
  const { promise: maintained, resolve } = Promise.withResolvers<string>();
  git.remotes.set(url, { commits: fakeCommits(3) });
  const failing = {
    ...ports,
    git: {
      ...git,
      fetch: async (request: FetchRequest) => {
        const fetched = await git.fetch(request);
        return fetched.outcome === 'ok' ? { ...fetched, fresh: false } : fetched;
      },
      difference: () => Promise.reject(fetchError('too_large', 'more parents than are allowed')),
      maintain: (mirror: string) => {
        resolve(mirror);
        return Promise.resolve({ outcome: 'nothing' } as const);
      },
    },
  };
  await t.throwsAsync(refreshHistory(failing, { url, signal }), { code: 'too_large' });
  t.is(await maintained, url);
});

test('a mirror that cannot be read is fetched anew once, and then the refresh has failed', async (t) => {
  const { git, ports, signal } = await refreshPorts();
  let fetches = 0;
  const forgotten: string[] = [];
  const damaged = {
    ...git,
    fetch: async (request: Parameters<typeof git.fetch>[0]) => {
      fetches++;
      return { ...(await git.fetch(request)), fresh: false };
    },
    difference: async () => {
      throw fetchError('protocol', 'damaged');
    },
    forget: async (gone: string) => void forgotten.push(gone),
  };
  git.remotes.set(url, { commits: fakeCommits(5) });
  await t.throwsAsync(refreshHistory({ ...ports, git: damaged }, { url, signal }), {
    code: 'protocol',
  });
  t.is(fetches, 2);
  t.deepEqual(forgotten, [url]);
});
