import { Readable } from 'node:stream';
import test from 'ava';
import { createQueue } from '../../../adapters/queue/queue.ts';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import {
  addProject,
  importProjects,
  DomainError,
  removeProject,
  type EventsPort,
  type ServerEvent,
} from '../../../domain/index.ts';
import { createFakeGit, createFakeMetrics, fakeCommits } from '../../kit/fake-ports.ts';

const url = 'https://example.org/a.git';
const other = 'https://example.org/b.git';
const limits = { maxProjects: 10 };

function importPorts() {
  const git = createFakeGit();
  const [store, queue, metrics] = [
    createMemoryStore(),
    createQueue({ concurrency: 64 }),
    createFakeMetrics(),
  ];
  return { git, ports: { git, store, queue, metrics } };
}

test('missing projects are pending and due at once', async (t) => {
  const { ports } = importPorts();
  t.deepEqual(await importProjects(ports, [{ name: 'a', url }], limits), []);
  t.like(await ports.store.project('a'), { url, state: 'pending', commits: 0, tip: null });
  t.deepEqual(await ports.store.due(Date.now() / 1000), [{ url, dueAt: 0 }]);
  t.deepEqual(ports.metrics.operations, []);
});

test('whoever listens is told of each project that becomes pending, and of no other', async (t) => {
  const { git, ports } = importPorts();
  git.remotes.set(url, { commits: fakeCommits(1) });
  await addProject(ports, { name: 'a', url });
  const published: ServerEvent[] = [];
  const events: EventsPort = {
    publish: (event) => void published.push(event),
    listen: () => Readable.from([]),
  };
  const wanted = [
    { name: 'a', url },
    { name: 'b', url: other },
  ];
  t.deepEqual(await importProjects({ ...ports, events }, wanted, limits), []);
  const data = { project: 'b', tip: null, commits: 0, state: 'pending' as const };
  t.deepEqual(published, [{ type: 'state', data }]);
});

test('another url replaces, the same one is left alone, and nothing is removed', async (t) => {
  const { git, ports } = importPorts();
  git.remotes.set(url, { commits: fakeCommits(1) });
  git.remotes.set(other, { commits: fakeCommits(2) });
  for (const name of ['a', 'b', 'c']) await addProject(ports, { name, url });
  ports.metrics.operations.length = 0;
  const wanted = [
    { name: 'a', url },
    { name: 'b', url: other },
  ];
  t.deepEqual(await importProjects(ports, wanted, limits), []);
  t.deepEqual(
    (await ports.store.projects()).map((project) => [project.name, project.url]),
    [
      ['a', url],
      ['b', other],
      ['c', url],
    ],
  );
  t.deepEqual(ports.metrics.operations, ['fetch ok', 'log ok']);
});

test('a replacement that fails keeps the old history', async (t) => {
  const { git, ports } = importPorts();
  git.remotes.set(url, { commits: fakeCommits(1) });
  await addProject(ports, { name: 'a', url });
  const missed = await importProjects(ports, [{ name: 'a', url: other }], limits);
  t.like(missed[0], { name: 'a', error: { code: 'not_found' } });
  t.like(await ports.store.project('a'), { url, state: 'up', commits: 1 });
  // The remote is there now.
  git.remotes.set(other, { commits: fakeCommits(2) });
  t.deepEqual(await importProjects(ports, missed, limits), []);
  t.like(await ports.store.project('a'), { url: other, commits: 2 });
});

test('what somebody has done to a name meanwhile is not undone', async (t) => {
  const { git, ports } = importPorts();
  git.remotes.set(url, { commits: fakeCommits(1) });
  for (const name of ['gone', 'moved']) await addProject(ports, { name, url });
  const wanted = ['gone', 'moved', 'late'].map((name) => ({ name, url: other }));
  const missed = await importProjects(ports, wanted, { maxProjects: 2 });
  t.deepEqual(
    missed.map(({ name }) => name),
    ['late', 'gone', 'moved'],
  );
  git.remotes.set(other, { commits: fakeCommits(2) });
  const third = 'https://example.org/c.git';
  git.remotes.set(third, { commits: fakeCommits(3) });
  await removeProject(ports, { name: 'gone' });
  for (const name of ['moved', 'late']) await addProject(ports, { name, url: third });
  t.deepEqual(await importProjects(ports, missed, limits), []);
  t.deepEqual(
    (await ports.store.projects()).map((project) => [project.name, project.url]),
    [
      ['late', third],
      ['moved', third],
    ],
  );
});

test('a name that somebody gives another url while those before it are replaced keeps that', async (t) => {
  const { git, ports } = importPorts();
  git.remotes.set(url, { commits: fakeCommits(1) });
  git.remotes.set(other, { commits: fakeCommits(2) });
  for (const name of ['a', 'b']) await addProject(ports, { name, url });
  const store = {
    ...ports.store,
    saveProject: async (project: Parameters<typeof ports.store.saveProject>[0]) => {
      if (project.name === 'a') await removeProject(ports, { name: 'b' });
      return ports.store.saveProject(project);
    },
  };
  const wanted = ['a', 'b'].map((name) => ({ name, url: other }));
  t.deepEqual(await importProjects({ ...ports, store }, wanted, limits), []);
  t.deepEqual(
    (await store.projects()).map((project) => [project.name, project.url]),
    [['a', other]],
  );
});

test('more than there may be are told one by one', async (t) => {
  const { git, ports } = importPorts();
  const wanted = ['a', 'b', 'c'].map((name) => ({ name, url: `https://example.org/${name}.git` }));
  for (const project of wanted) git.remotes.set(project.url, { commits: [] });
  const missed = await importProjects(ports, wanted, { maxProjects: 2 });
  t.is(missed.length, 1);
  t.like(missed[0], { name: 'c', error: { code: 'too_many_projects' } });
});

test('a project that cannot be kept just now is told, and holds up no other', async (t) => {
  const { ports } = importPorts();
  const error = new DomainError('store_unavailable', 'The disk is full.');
  const { reserveProject } = ports.store;
  const store = {
    ...ports.store,
    reserveProject: async (project: Parameters<typeof reserveProject>[0]) => {
      if (project.name === 'a') throw error;
      return reserveProject(project);
    },
  };
  const wanted = [
    { name: 'a', url },
    { name: 'b', url: other },
  ];
  const missed = await importProjects({ ...ports, store }, wanted, limits);
  t.deepEqual(missed, [{ name: 'a', url, previousUrl: null, error }]);
  t.like(await store.project('b'), { state: 'pending' });
  t.deepEqual(await importProjects(ports, missed, limits), []);
});
