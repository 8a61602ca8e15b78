import type { ExecutionContext, TestFn } from 'ava';
import type { Commit, Project, StorePort } from '../../../domain/index.ts';

const red = 'https://example.org/red.git';
const blue = 'https://example.org/blue.git';
const many = 1000;
const fetchedAt = 1_795_508_553.125;

/** What every store keeps to. `open` makes an empty one and takes it away when the test ends. */
export function testStore(test: TestFn, open: (t: ExecutionContext) => Promise<StorePort>): void {
  test('a new store holds nothing', async (t) => {
    const store = await open(t);
    t.deepEqual(await store.projects(), []);
    t.is(await store.project('red'), undefined);
    t.is(await store.commits('red', { skip: 0, limit: 10 }), undefined);
  });

  test('a history has no project until it is named', async (t) => {
    const store = await open(t);
    await save(store, red, commits(2));
    t.deepEqual(await store.projects(), []);
  });

  test('a named history is a project with its number of commits, tip and branch', async (t) => {
    const store = await open(t);
    await save(store, red, commits(3));
    const expected: Project = {
      name: 'red',
      url: red,
      state: 'up',
      commits: 3,
      tip: sha(3),
      defaultBranch: 'main',
      tipCommittedAt: 1_700_000_103,
      lastAttemptAt: fetchedAt,
      lastSuccessAt: fetchedAt,
    };
    t.deepEqual(await store.saveProject({ name: 'red', url: red, maxProjects: many }), {
      project: expected,
      replaced: undefined,
    });
    t.deepEqual(await store.project('red'), expected);
    t.deepEqual(await store.projects(), [expected]);
  });

  test('commits come back whole and in the order they were saved, over all batches', async (t) => {
    const store = await open(t);
    const [newest, ...older] = commits(5).map((commit, index) => ({
      ...commit,
      message: ['', 'a\u0000b', '\u202etxt.exe', '😀'.repeat(1000), '</script>'][index] ?? '',
      date: index === 1 ? null : commit.date,
      authoredAt: index === 2 ? null : commit.authoredAt,
      committedAt: index === 3 ? 253_402_300_799 : commit.committedAt,
      parents: index === 4 ? [] : [sha(1), sha(2), 'f'.repeat(64)],
    }));
    t.truthy(newest);
    const saved = [newest, ...older].filter((commit) => commit !== undefined);
    await store.saveHistory(
      { url: red, tip: sha(5), defaultBranch: null, fetchedAt },
      batches(saved.slice(0, 1), [], saved.slice(1)),
    );
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const page = await store.commits('red', { skip: 0, limit: Infinity });
    t.deepEqual(page?.commits, saved);
    t.is(page?.project.commits, 5);
    t.is(page?.project.defaultBranch, null);
  });

  test('a stretch of the history is cut out by skip and limit', async (t) => {
    const store = await open(t);
    const saved = commits(7);
    await save(store, red, saved);
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const hashes = async (skip: number, limit: number) =>
      (await store.commits('red', { skip, limit }))?.commits.map((commit) => commit.sha);
    t.deepEqual(await hashes(0, 3), [sha(7), sha(6), sha(5)]);
    t.deepEqual(await hashes(3, 3), [sha(4), sha(3), sha(2)]);
    t.deepEqual(await hashes(6, 3), [sha(1)]);
    t.deepEqual(await hashes(7, 3), []);
    t.deepEqual(await hashes(1e9, 3), []);
    t.deepEqual(await hashes(0, 0), []);
  });

  test('an empty history is a project without commits', async (t) => {
    const store = await open(t);
    await save(store, red, []);
    const saved = await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const expected = { state: 'up', commits: 0, tip: null, tipCommittedAt: null } as const;
    t.like(saved, { project: expected, replaced: undefined });
    t.deepEqual((await store.commits('red', { skip: 0, limit: 9 }))?.commits, []);
  });

  test('projects are ordered by name, by its characters', async (t) => {
    const store = await open(t);
    await save(store, red, commits(1));
    for (const name of ['b', 'B', 'a-1', 'a', 'constructor', 'a.1', '0', 'Z_']) {
      await store.saveProject({ name, url: red, maxProjects: many });
    }
    t.deepEqual(
      (await store.projects()).map(({ name }) => name),
      ['0', 'B', 'Z_', 'a', 'a-1', 'a.1', 'b', 'constructor'],
    );
  });

  test('names that every object has are names like others', async (t) => {
    const store = await open(t);
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__']) {
      t.is(await store.project(name), undefined);
    }
    await save(store, red, commits(1));
    await store.saveProject({ name: 'constructor', url: red, maxProjects: many });
    t.is((await store.project('constructor'))?.url, red);
    t.is((await store.projects()).length, 1);
  });

  test('a name is refused where its url has no history', async (t) => {
    const store = await open(t);
    const saved = await store.saveProject({ name: 'red', url: red, maxProjects: many });
    t.is(saved, 'no_history');
    t.deepEqual(await store.projects(), []);
  });

  test('a new name is refused where the store is full, a known one is not', async (t) => {
    const store = await open(t);
    await save(store, red, commits(1));
    await save(store, blue, commits(2));
    await store.saveProject({ name: 'one', url: red, maxProjects: 1 });
    t.is(await store.saveProject({ name: 'two', url: red, maxProjects: 1 }), 'full');
    t.is(await store.project('two'), undefined);
    const again = await store.saveProject({ name: 'one', url: blue, maxProjects: 1 });
    t.like(again, { project: { name: 'one', url: blue, commits: 2 }, replaced: red });
  });

  test('projects of one url move together', async (t) => {
    const store = await open(t);
    await save(store, red, commits(1));
    await store.saveProject({ name: 'one', url: red, maxProjects: many });
    await store.saveProject({ name: 'two', url: red, maxProjects: many });
    await save(store, red, commits(4));
    t.deepEqual(
      (await store.projects()).map(({ commits: count, tip }) => [count, tip]),
      [
        [4, sha(4)],
        [4, sha(4)],
      ],
    );
  });

  test('a history that breaks off while it is saved leaves the old one', async (t) => {
    const store = await open(t);
    await save(store, red, commits(3));
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const broken = async function* () {
      yield commits(9).slice(0, 5);
      throw new Error('broken');
    };
    const history = { url: red, tip: sha(9), defaultBranch: 'main', fetchedAt };
    await t.throwsAsync(store.saveHistory(history, broken()), { message: 'broken' });
    const page = await store.commits('red', { skip: 0, limit: 99 });
    t.deepEqual(page?.commits, commits(3));
    t.is(page?.project.tip, sha(3));
  });

  test('a first history that breaks off while it is saved is not there', async (t) => {
    const store = await open(t);
    // oxlint-disable-next-line require-yield
    const broken = async function* () {
      throw new Error('broken');
    };
    const history = { url: red, tip: sha(1), defaultBranch: 'main', fetchedAt };
    await t.throwsAsync(store.saveHistory(history, broken()));
    const saved = await store.saveProject({ name: 'red', url: red, maxProjects: many });
    t.is(saved, 'no_history');
  });

  test('readers see the old history until the new one is whole', async (t) => {
    const store = await open(t);
    await save(store, red, commits(2));
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    let during;
    const slow = async function* () {
      yield commits(6).slice(0, 3);
      during = await store.commits('red', { skip: 0, limit: 99 });
      yield commits(6).slice(3);
    };
    await store.saveHistory({ url: red, tip: sha(6), defaultBranch: 'next', fetchedAt }, slow());
    t.like(during, { project: { tip: sha(2), commits: 2 }, commits: commits(2) });
    const after = await store.commits('red', { skip: 0, limit: 99 });
    t.deepEqual(after?.commits, commits(6));
    t.like(after?.project, { tip: sha(6), commits: 6, defaultBranch: 'next' });
  });

  test('a removed project is gone and tells its url, and its history goes when it is dropped', async (t) => {
    const store = await open(t);
    await save(store, red, commits(2));
    await store.saveProject({ name: 'one', url: red, maxProjects: many });
    await store.saveProject({ name: 'two', url: red, maxProjects: many });
    t.is(await store.removeProject('one'), red);
    t.is(await store.removeProject('one'), undefined);
    t.is(await store.removeProject('constructor'), undefined);
    t.is(await store.project('one'), undefined);
    t.like(await store.projects(), [{ name: 'two', commits: 2 }]);
    t.false(await store.dropHistory(red));
    t.is(await store.removeProject('two'), red);
    t.true(await store.dropHistory(red));
  });

  test('a history goes when no project names it, and stays while one does', async (t) => {
    const store = await open(t);
    await save(store, red, commits(1));
    await save(store, blue, commits(2));
    await store.saveProject({ name: 'one', url: red, maxProjects: many });
    t.false(await store.dropHistory(red));
    t.is((await store.commits('one', { skip: 0, limit: 9 }))?.commits.length, 1);

    await store.saveProject({ name: 'one', url: blue, maxProjects: many });
    t.true(await store.dropHistory(red));
    t.true(await store.dropHistory(red), 'and may be dropped again');
    const saved = await store.saveProject({ name: 'two', url: red, maxProjects: many });
    t.is(saved, 'no_history');
    t.is((await store.project('one'))?.commits, 2);
  });

  test('a whole history is that of the moment it was asked for, and can be read again', async (t) => {
    const store = await open(t);
    await save(store, red, commits(1234));
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const history = await store.history('red');
    t.is(history?.project.tip, sha(1234));
    await save(store, red, commits(2));
    await store.removeProject('red');
    await store.dropHistory(red);
    for (const time of ['first', 'second']) {
      const read: Commit[] = [];
      for await (const batch of history?.commits() ?? []) {
        t.true(batch.length > 0 && batch.length <= 500);
        read.push(...batch);
      }
      t.deepEqual(read, commits(1234), time);
    }
    t.is(await store.history('red'), undefined);
  });

  test('a reserved project is pending, without a history or times', async (t) => {
    const store = await open(t);
    const request = { name: 'red', url: red, maxProjects: many };
    t.is(await store.reserveProject(request), 'reserved');
    const pending: Project = {
      name: 'red',
      url: red,
      state: 'pending',
      commits: 0,
      tip: null,
      defaultBranch: null,
      tipCommittedAt: null,
      lastAttemptAt: null,
      lastSuccessAt: null,
    };
    t.deepEqual(await store.project('red'), pending);
    t.deepEqual(await store.projects(), [pending]);
    t.deepEqual(await store.commits('red', { skip: 0, limit: 9 }), {
      project: pending,
      commits: [],
    });
    const history = await store.history('red');
    t.deepEqual(history?.project, pending);
    for await (const _ of history?.commits() ?? []) t.fail();
    t.false(await store.dropHistory(red));
    t.is(await store.removeProject('red'), red);
    t.true(await store.dropHistory(red));
  });

  test('a taken name is not reserved, and a new one not where the store is full', async (t) => {
    const store = await open(t);
    await store.reserveProject({ name: 'red', url: red, maxProjects: 1 });
    t.is(await store.reserveProject({ name: 'red', url: blue, maxProjects: 1 }), 'taken');
    t.is((await store.project('red'))?.url, red);
    t.is(await store.reserveProject({ name: 'blue', url: blue, maxProjects: 1 }), 'full');
    await save(store, blue, commits(1));
    t.is(await store.saveProject({ name: 'blue', url: blue, maxProjects: 1 }), 'full');
  });

  test('a pending project takes the history of its url, or of another one', async (t) => {
    const store = await open(t);
    for (const name of ['one', 'two']) {
      await store.reserveProject({ name, url: red, maxProjects: many });
    }
    await save(store, red, commits(1));
    t.like(await store.project('one'), { state: 'up', commits: 1 });
    await save(store, blue, commits(2));
    const saved = await store.saveProject({ name: 'two', url: blue, maxProjects: many });
    t.like(saved, { project: { state: 'up', url: blue, commits: 2 }, replaced: red });
  });

  test('a failure is kept with the history, for all projects of the url, until the next success', async (t) => {
    const store = await open(t);
    await save(store, red, commits(2));
    for (const name of ['one', 'two']) {
      await store.saveProject({ name, url: red, maxProjects: many });
    }
    await store.saveFailure(red, fetchedAt + 60);
    for (const project of await store.projects()) {
      t.like(project, {
        state: 'failing',
        commits: 2,
        tip: sha(2),
        lastAttemptAt: fetchedAt + 60,
        lastSuccessAt: fetchedAt,
      });
    }
    t.is((await store.commits('one', { skip: 0, limit: 9 }))?.commits.length, 2);
    await store.saveHistory(
      { url: red, tip: sha(2), defaultBranch: 'main', fetchedAt: fetchedAt + 90 },
      batches(commits(2)),
    );
    const times = { lastAttemptAt: fetchedAt + 90, lastSuccessAt: fetchedAt + 90 };
    t.like(await store.project('two'), { state: 'up', ...times });
  });

  test('a project whose first fetch failed is still pending', async (t) => {
    const store = await open(t);
    await store.reserveProject({ name: 'red', url: red, maxProjects: many });
    await store.saveFailure(red, fetchedAt);
    t.like(await store.project('red'), {
      state: 'pending',
      lastAttemptAt: fetchedAt,
      lastSuccessAt: null,
    });
  });

  test('what became of a url is forgotten when no project names it', async (t) => {
    const store = await open(t);
    await store.saveFailure(red, fetchedAt);
    await store.reserveProject({ name: 'one', url: red, maxProjects: many });
    t.is((await store.project('one'))?.lastAttemptAt, null);

    await store.saveFailure(red, fetchedAt);
    await store.removeProject('one');
    await store.dropHistory(red);
    await store.reserveProject({ name: 'one', url: red, maxProjects: many });
    t.is((await store.project('one'))?.lastAttemptAt, null);
  });
}

function sha(number: number): string {
  return number.toString(16).padStart(40, '0');
}

/** A straight history of that many commits, newest first. */
function commits(count: number): readonly Commit[] {
  return Array.from({ length: count }, (_, index) => {
    const number = count - index;
    return {
      hash: sha(number).slice(0, 10),
      author: `Author ${number % 3}`,
      date: `Thu Nov 24 08:22:${String(number % 60).padStart(2, '0')} 2026 +0100`,
      message: `Change ${number}`,
      sha: sha(number),
      authoredAt: 1_700_000_000 + number,
      committedAt: 1_700_000_100 + number,
      parents: number === 1 ? [] : [sha(number - 1)],
    };
  });
}

async function* batches(
  ...parts: readonly (readonly Commit[])[]
): AsyncGenerator<readonly Commit[]> {
  yield* parts;
}

async function save(store: StorePort, url: string, history: readonly Commit[]): Promise<void> {
  const tip = history[0]?.sha ?? null;
  await store.saveHistory({ url, tip, defaultBranch: 'main', fetchedAt }, batches(history));
}
