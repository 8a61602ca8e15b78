import test from 'ava';
import { createEvents } from '../../../adapters/events/events.ts';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import { timedStore } from '../../../adapters/metrics/timed-store.ts';
import { createQueue } from '../../../adapters/queue/queue.ts';
import { addProject, refreshDue, removeProject } from '../../../domain/index.ts';
import { createFakeGit, createFakeMetrics, fakeCommits } from '../../kit/fake-ports.ts';

const url = 'https://example.org/a.git';
const other = 'https://other.example.org/b.git';
const soon = () => Date.now() / 1000 + 1e6;

function duePorts() {
  const git = createFakeGit();
  const ports = {
    git,
    store: createMemoryStore(),
    queue: createQueue({ concurrency: 1, laterConcurrency: 2 }),
    metrics: createFakeMetrics(),
  };
  git.remotes.set(url, { commits: fakeCommits(2) });
  git.remotes.set(other, { commits: fakeCommits(2) });
  return { git, ports };
}

test('what is due is refreshed, and what is not is left alone', async (t) => {
  const { git, ports } = duePorts();
  await addProject(ports, { name: 'a', url });
  await addProject(ports, { name: 'b', url });
  ports.metrics.refreshes.length = 0;
  git.remotes.set(url, { commits: fakeCommits(5) });
  await refreshDue(ports, Date.now() / 1000);
  t.like(await ports.store.project('a'), { commits: 2 });
  await refreshDue(ports, soon());
  t.like(await ports.store.project('a'), { commits: 5 });
  await refreshDue(ports, soon());
  t.deepEqual(ports.metrics.refreshes, ['a,b updated +3 -0', 'a,b unchanged +0 -0']);
});

test('a refresh that finds nothing new makes three store calls, of which the first is for all that are due', async (t) => {
  const { ports } = duePorts();
  const calls: string[] = [];
  // Operations go by the names of their label values: `saveUnchanged` is touchHistory.
  const store = timedStore(ports.store, (op) => void calls.push(op));
  const counted = { ...ports, store, events: createEvents() };
  await addProject(ports, { name: 'a', url });
  await addProject(ports, { name: 'b', url });
  await refreshDue(counted, soon());
  t.deepEqual(calls, ['due', 'beginAttempt', 'saveUnchanged']);
  await addProject(ports, { name: 'c', url: other });
  calls.length = 0;
  await refreshDue(counted, soon());
  t.deepEqual(calls.toSorted(), [
    'beginAttempt',
    'beginAttempt',
    'due',
    'saveUnchanged',
    'saveUnchanged',
  ]);
  t.deepEqual(await ports.store.openAttempts(), []);
});

test('nothing is kept of a project that is removed while its refresh waits for its turn', async (t) => {
  const { git, ports } = duePorts();
  for (const [name, each] of [
    ['a', url],
    ['b', other],
  ] as const) {
    await addProject(ports, { name, url: each });
  }
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const oneAtATime = {
    ...ports,
    queue: createQueue({ concurrency: 1, laterConcurrency: 1 }),
    git: {
      ...git,
      fetch: async (request: Parameters<typeof git.fetch>[0]) => {
        ask();
        await allowed;
        return git.fetch(request);
      },
    },
  };
  const refreshing = refreshDue(oneAtATime, soon());
  await asked;
  await removeProject(oneAtATime, { name: 'a' });
  await removeProject(oneAtATime, { name: 'b' });
  allow();
  await refreshing;
  t.is(await ports.store.findHistory(url), undefined);
  t.is(await ports.store.findHistory(other), undefined);
});

test('a project that was only listed gets its first history', async (t) => {
  const { ports } = duePorts();
  await ports.store.reserveProject({ name: 'a', url, maxProjects: 9 });
  await refreshDue(ports, Date.now() / 1000);
  t.like(await ports.store.project('a'), { state: 'up', commits: 2 });
  t.deepEqual(ports.metrics.refreshes, []);
});

test('a failing repository is reported, backed off, and delays no other', async (t) => {
  const { git, ports } = duePorts();
  await addProject(ports, { name: 'a', url });
  await addProject(ports, { name: 'b', url: other });
  git.remotes.set(url, { fails: { outcome: 'unavailable', detail: '', retryAfterSeconds: 5000 } });
  git.remotes.set(other, { commits: fakeCommits(3) });
  const told: string[] = [];
  const failed = (failing: string, error: unknown) => void told.push(`${failing} ${String(error)}`);
  const rules = { minSeconds: 10, maxSeconds: 100_000 };
  const waits: number[] = [];
  for (let round = 0; round < 3; round++) {
    await refreshDue(ports, soon(), { failed, rules });
    const project = await ports.store.project('a');
    waits.push((project?.nextRefreshAt ?? 0) - (project?.lastAttemptAt ?? 0));
  }
  t.is(told.length, 3);
  t.true(told.every((line) => line.startsWith(url)));
  t.true(waits.every((wait) => wait >= 5000));
  t.like(await ports.store.project('a'), { state: 'failing', failures: 3, commits: 2 });
  t.like(await ports.store.project('b'), { state: 'up', commits: 3 });
});

test('a second call takes nothing that waits or runs already', async (t) => {
  const { git, ports } = duePorts();
  await addProject(ports, { name: 'a', url });
  git.remotes.set(url, 'silent');
  const ending = new AbortController();
  const asked = git.asked();
  const first = refreshDue(ports, soon(), { signal: ending.signal });
  await asked;
  ports.metrics.operations.length = 0;
  await refreshDue(ports, soon(), { signal: ending.signal });
  ending.abort(new Error('over'));
  await first;
  t.deepEqual(ports.metrics.operations, []);
  t.like(await ports.store.project('a'), { state: 'up' });
});

test('a fetch that somebody waits for joins the refresh that runs', async (t) => {
  const { git, ports } = duePorts();
  await addProject(ports, { name: 'a', url });
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  let fetches = 0;
  const held = {
    ...ports,
    git: {
      ...git,
      fetch: async (request: Parameters<typeof git.fetch>[0]) => {
        fetches++;
        ask();
        await allowed;
        return git.fetch(request);
      },
    },
  };
  const refreshing = refreshDue(held, soon());
  await asked;
  const adding = addProject(held, { name: 'c', url });
  allow();
  await Promise.all([refreshing, adding]);
  t.is(fetches, 1);
});

test('a fetch that takes too long fails as any other does', async (t) => {
  const { git, ports } = duePorts();
  await addProject(ports, { name: 'a', url });
  git.remotes.set(url, 'silent');
  await refreshDue(ports, soon(), { timeoutSeconds: 0.01 });
  t.like(await ports.store.project('a'), { state: 'failing', lastOutcome: 'timeout' });
});

test('nothing is kept of a project that is removed while it is refreshed', async (t) => {
  const { git, ports } = duePorts();
  await addProject(ports, { name: 'a', url });
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const forgotten: string[] = [];
  const held = {
    ...ports,
    git: {
      ...git,
      forget: async (gone: string) => void forgotten.push(gone),
      fetch: async (request: Parameters<typeof git.fetch>[0]) => {
        ask();
        await allowed;
        return git.fetch(request);
      },
    },
  };
  git.remotes.set(url, { commits: fakeCommits(4) });
  const refreshing = refreshDue(held, soon());
  await asked;
  await removeProject(held, { name: 'a' });
  allow();
  await refreshing;
  t.is(await ports.store.findHistory(url), undefined);
  t.deepEqual(forgotten, [url]);
});

test('ports of one host count together where those of a remote take turns', async (t) => {
  const { ports } = duePorts();
  const groups: string[] = [];
  const { schedule } = ports.queue;
  const queue = {
    ...ports.queue,
    schedule: async (...asked: Parameters<typeof schedule>) => {
      groups.push(asked[0].group);
      return schedule(...asked);
    },
  };
  for (const [name, port] of [
    ['a', 1],
    ['b', 2],
  ] as const) {
    const at = `https://example.org:${port}/${name}.git`;
    await ports.store.reserveProject({ name, url: at, maxProjects: 9, at: 0 });
  }
  await refreshDue({ ...ports, queue }, soon());
  t.deepEqual(groups, ['example.org', 'example.org']);
});
