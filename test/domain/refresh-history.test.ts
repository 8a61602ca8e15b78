import test from 'ava';
import { createEvents } from '../../adapters/events/events.ts';
import { createQueue } from '../../adapters/queue/queue.ts';
import { createMemoryStore } from '../../adapters/memory/memory.ts';
import { addProject, fetchError, type ServerEvent } from '../../domain/index.ts';
import { refreshHistory } from '../../domain/refresh-history.ts';
import { createFakeGit, createFakeMetrics, fakeCommits } from '../helpers/fake-ports.ts';

const url = 'https://example.org/a.git';

async function start() {
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
  const { git, ports, signal } = await start();
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

test('whoever listens hears of a refresh while it runs, whether it goes well or not', async (t) => {
  const { git, ports, signal } = await start();
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

test('a refresh that nobody waits for any more says nothing about the remote', async (t) => {
  const { git, ports } = await start();
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
  const { git, ports } = await start();
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

test('what breaks while git is run counts as internal', async (t) => {
  const { git, ports, signal } = await start();
  git.remotes.set(url, { throws: new Error('no space') });
  await t.throwsAsync(refreshHistory(ports, { url, signal }), { message: 'no space' });
  t.deepEqual(ports.metrics.operations, ['fetch internal']);
});
