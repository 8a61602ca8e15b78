import test from 'ava';
import { createQueue } from '../../../adapters/queue/queue.ts';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import {
  addProject,
  DomainError,
  fetchError,
  fetchFailures,
  removeProject,
  type GitPort,
  type StorePort,
} from '../../../domain/index.ts';
import { createFakeGit, createFakeMetrics, fakeCommits } from '../../kit/fake-ports.ts';

const url = 'https://example.org/a.git';
const other = 'https://example.org/b.git';

function addingPorts() {
  const fake = createFakeGit();
  const forgotten: string[] = [];
  const fetched: string[] = [];
  const git: GitPort = {
    ...fake,
    fetch: (request) => {
      fetched.push(request.url);
      return fake.fetch(request);
    },
    forget: async (gone) => void forgotten.push(gone),
  };
  const ports = {
    git,
    store: createMemoryStore(),
    queue: createQueue({ concurrency: 64 }),
    metrics: createFakeMetrics(),
  };
  return { ports, remotes: fake.remotes, asked: fake.asked, forgotten, fetched };
}

test('a project is added with its whole history', async (t) => {
  const { ports, remotes } = addingPorts();
  const commits = fakeCommits(3);
  remotes.set(url, { commits });
  const project = await addProject(ports, { name: 'a', url: ` ${url}\n` });
  t.like(project, {
    name: 'a',
    url,
    state: 'up',
    commits: 3,
    tip: commits[0]?.sha ?? '',
    defaultBranch: 'main',
    tipCommittedAt: commits[0]?.committedAt ?? 0,
    lastSuccessAt: project.lastAttemptAt,
  });
  t.like(await ports.store.commits('a', { limit: 10 }), { commits });
});

test('an empty repository is a project without commits', async (t) => {
  const { ports, remotes } = addingPorts();
  remotes.set(url, { commits: [] });
  t.like(await addProject(ports, { name: 'a', url }), { commits: 0, tip: null });
});

test('a bad name or url is refused before anything is fetched', async (t) => {
  const { ports, fetched } = addingPorts();
  await t.throwsAsync(addProject(ports, { name: '../a', url }), { code: 'bad_name' });
  await t.throwsAsync(addProject(ports, { name: 'a', url: 'file:///a' }), { code: 'bad_url' });
  t.deepEqual(fetched, []);
});

test('adding again refreshes', async (t) => {
  const { ports, remotes } = addingPorts();
  remotes.set(url, { commits: fakeCommits(3) });
  await addProject(ports, { name: 'a', url });
  remotes.set(url, { commits: fakeCommits(5) });
  t.like(await addProject(ports, { name: 'a', url }), { commits: 5 });
  t.is((await ports.store.projects()).length, 1);
});

test('another url takes the place of the earlier one, whose mirror is forgotten once nobody names it', async (t) => {
  const { ports, remotes, forgotten } = addingPorts();
  remotes.set(url, { commits: fakeCommits(3) });
  remotes.set(other, { commits: fakeCommits(4) });
  await addProject(ports, { name: 'a', url });
  await addProject(ports, { name: 'b', url });
  t.like(await addProject(ports, { name: 'a', url: other }), { url: other, commits: 4 });
  t.deepEqual(forgotten, []);
  await addProject(ports, { name: 'b', url: other });
  t.deepEqual(forgotten, [url]);
});

test('every failure keeps its outcome, explains itself without git, and leaves no first project', async (t) => {
  const { ports, remotes, forgotten } = addingPorts();
  for (const outcome of fetchFailures) {
    remotes.set(url, { fails: { outcome, detail: 'fatal: secret words of git' } });
    const error = await t.throwsAsync(addProject(ports, { name: 'a', url }), { code: outcome });
    t.is(error.message, fetchError(outcome).message);
  }
  t.deepEqual(await ports.store.projects(), []);
  t.is(forgotten.length, fetchFailures.length);
});

test('a failed refresh keeps the old history', async (t) => {
  const { ports, remotes, forgotten } = addingPorts();
  remotes.set(url, { commits: fakeCommits(3) });
  await addProject(ports, { name: 'a', url });
  remotes.set(url, { throws: new Error('disk') });
  await t.throwsAsync(addProject(ports, { name: 'a', url }), { message: 'disk' });
  await t.throwsAsync(addProject(ports, { name: 'a', url: other }), { code: 'not_found' });
  t.like(await ports.store.project('a'), { url, commits: 3 });
  t.deepEqual(forgotten, [other]);
});

test('a full server refuses new names and goes on with known ones', async (t) => {
  const { ports, remotes, fetched, forgotten } = addingPorts();
  remotes.set(url, { commits: fakeCommits(3) });
  remotes.set(other, { commits: fakeCommits(3) });
  await addProject(ports, { name: 'a', url, maxProjects: 1 });
  const error = await t.throwsAsync(addProject(ports, { name: 'b', url: other, maxProjects: 1 }), {
    code: 'too_many_projects',
  });
  t.regex(error.message, /MAX_PROJECTS/);
  t.deepEqual(fetched, [url]);
  t.like(await addProject(ports, { name: 'a', url, maxProjects: 1 }), { commits: 3 });
  // Both find room before they fetch, and only one of them afterwards.
  const { ports: race, remotes: raceRemotes } = addingPorts();
  raceRemotes.set(url, { commits: [] });
  raceRemotes.set(other, { commits: [] });
  const outcomes = await Promise.allSettled([
    addProject(race, { name: 'a', url, maxProjects: 1 }),
    addProject(race, { name: 'b', url: other, maxProjects: 1 }),
  ]);
  t.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  t.is((await race.store.projects()).length, 1);
  t.deepEqual(forgotten, []);
});

test('what a replaced project leaves behind is cleared away even while the server is busy', async (t) => {
  const { ports, remotes, forgotten } = addingPorts();
  remotes.set(url, { commits: [] });
  remotes.set(other, { commits: [] });
  await addProject(ports, { name: 'a', url });
  const queue = createQueue({ concurrency: 1 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const store: StorePort = {
    ...ports.store,
    saveProject: async (request) => {
      // Takes the only slot in the moment that the add's own fetch has left it.
      void queue.singleFlight('https://example.org/c.git', () => promise);
      return ports.store.saveProject(request);
    },
  };
  t.like(await addProject({ ...ports, queue, store }, { name: 'a', url: other }), { url: other });
  t.deepEqual(forgotten, [url]);
  resolve();
});

test('of two urls added at once under one name the later wins, and the other leaves nothing', async (t) => {
  const { ports, remotes, fetched, forgotten } = addingPorts();
  remotes.set(url, { commits: fakeCommits(1) });
  remotes.set(other, { commits: fakeCommits(2) });
  const added = await Promise.all([
    addProject(ports, { name: 'a', url }),
    addProject(ports, { name: 'a', url: other }),
  ]);
  t.deepEqual(
    added.map(({ commits }) => commits),
    [1, 2],
  );
  t.deepEqual(fetched, [url, other]);
  t.like(await ports.store.project('a'), { url: other, commits: 2 });
  t.deepEqual(forgotten, [url]);
});

test('waiting for another url of the same name counts as waiting', async (t) => {
  const { ports, remotes, asked } = addingPorts();
  remotes.set(url, 'silent');
  remotes.set(other, { commits: [] });
  const client = new AbortController();
  const first = addProject(ports, { name: 'a', url, signal: client.signal });
  await asked();
  const late = addProject(ports, { name: 'a', url: other, timeoutSeconds: 0.01 });
  await t.throwsAsync(late, { code: 'timeout' });
  client.abort(new Error('gone'));
  await t.throwsAsync(first, { message: 'gone' });
  t.like(await addProject(ports, { name: 'a', url: other }), { url: other });
});

test('a replaced url that somebody else is fetching is left to them', async (t) => {
  const { ports, remotes, asked, forgotten } = addingPorts();
  remotes.set(url, { commits: [] });
  remotes.set(other, { commits: [] });
  await addProject(ports, { name: 'a', url });
  remotes.set(url, 'silent');
  const client = new AbortController();
  const elsewhere = addProject(ports, { name: 'b', url, signal: client.signal });
  await asked();
  t.like(await addProject(ports, { name: 'a', url: other }), { url: other });
  t.deepEqual(forgotten, []);
  client.abort(new Error('gone'));
  await t.throwsAsync(elsewhere, { message: 'gone' });
  await ports.queue.runIfIdle(url, async () => {});
  t.deepEqual(forgotten, [url]);
});

test('two adds of one url at once share one fetch', async (t) => {
  const { ports, remotes, fetched } = addingPorts();
  remotes.set(url, { commits: fakeCommits(3) });
  const added = await Promise.all(['a', 'b'].map((name) => addProject(ports, { name, url })));
  t.deepEqual(
    added.map(({ name, commits }) => [name, commits]),
    [
      ['a', 3],
      ['b', 3],
    ],
  );
  t.deepEqual(fetched, [url]);
});

test('who waits longer than they may time out, each by their own clock', async (t) => {
  const { ports, remotes, asked } = addingPorts();
  remotes.set(url, 'silent');
  const fetching = asked();
  const client = new AbortController();
  const patient = addProject(ports, {
    name: 'b',
    url,
    timeoutSeconds: 60,
    signal: client.signal,
  });
  const hasty = addProject(ports, { name: 'a', url, timeoutSeconds: 0.01 });
  const error = await t.throwsAsync(hasty, { code: 'timeout' });
  t.regex(error.message, /FETCH_TIMEOUT_SECONDS/);
  t.false((await fetching).aborted);
  const alone = addProject(ports, { name: 'c', url: other, timeoutSeconds: 0.01 });
  remotes.set(other, 'silent');
  const [ended] = await Promise.all([asked(), t.throwsAsync(alone, { code: 'timeout' })]);
  t.true(ended.aborted);
  t.false(await Promise.race([patient.then(() => true), Promise.resolve(false)]));
  client.abort(new Error('gone'));
  await t.throwsAsync(patient, { message: 'gone' });
});

test('a fetch is ended when nobody waits for it any more', async (t) => {
  const { ports, remotes, asked } = addingPorts();
  remotes.set(url, 'silent');
  const client = new AbortController();
  const adding = addProject(ports, { name: 'a', url, signal: client.signal });
  const fetching = await asked();
  client.abort(new Error('gone'));
  await t.throwsAsync(adding, { message: 'gone' });
  t.true(fetching.aborted);
  t.is(await ports.store.project('a'), undefined);
});

test('nothing is kept of a project that is removed while it is written that adding it again has failed', async (t) => {
  const { ports, remotes, forgotten } = addingPorts();
  remotes.set(url, { commits: fakeCommits(2) });
  await addProject(ports, { name: 'a', url });
  remotes.set(url, { fails: { outcome: 'unavailable', detail: '' } });
  const store: StorePort = {
    ...ports.store,
    saveFailure: async (failure) => {
      await ports.store.saveFailure(failure);
      await removeProject(ports, { name: 'a' });
    },
  };
  await t.throwsAsync(addProject({ ...ports, store }, { name: 'a', url }), { code: 'unavailable' });
  t.is(await ports.store.findHistory(url), undefined);
  t.deepEqual(forgotten, [url]);
});

test('nothing is kept of a first add whose name cannot be kept', async (t) => {
  const { ports, remotes, forgotten } = addingPorts();
  remotes.set(url, { commits: fakeCommits(2) });
  const error = new DomainError('store_unavailable', 'The disk is full.');
  const store: StorePort = { ...ports.store, saveProject: () => Promise.reject(error) };
  t.is(await t.throwsAsync(addProject({ ...ports, store }, { name: 'a', url })), error);
  t.is(await ports.store.findHistory(url), undefined);
  t.deepEqual(forgotten, [url]);
});

test('an add whose history is dropped under it again and again is given up after three rounds', async (t) => {
  const { ports, remotes, fetched } = addingPorts();
  remotes.set(url, { commits: fakeCommits(1) });
  const store = { ...ports.store, saveProject: async () => 'no_history' as const };
  await t.throwsAsync(addProject({ ...ports, store }, { name: 'a', url }), { code: 'internal' });
  t.is(fetched.length, 3);
});
