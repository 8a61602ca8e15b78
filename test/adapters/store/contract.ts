import type { ExecutionContext, TestFn } from 'ava';
import type {
  Change,
  Commit,
  CommitCounts,
  CommitFilter,
  CommitPage,
  SearchCursor,
  FoundCommits,
  History,
  Project,
  Rewrite,
  StorePort,
} from '../../../domain/index.ts';
import { maxCountedDays } from '../../../domain/index.ts';
import { formatGitDate } from '../../../domain/git-date.ts';

const red = 'https://example.org/red.git';
const blue = 'https://example.org/blue.git';
const many = 1000;
const at = 1_795_508_553.125;

/** All that is kept of what a rewrite lost. */
const allLost = { start: 0, limit: 1000 };

/** What every store keeps to. `open` makes an empty one and takes it away when the test ends. */
export function testStore(test: TestFn, open: (t: ExecutionContext) => Promise<StorePort>): void {
  test('a new store holds nothing', async (t) => {
    const store = await open(t);
    t.deepEqual(await store.projects(), []);
    t.is(await store.project('red'), undefined);
    t.is(await store.commits('red', { limit: 10 }), undefined);
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
      addedAt: at - 7,
      url: red,
      state: 'up',
      commits: 3,
      tip: sha(3),
      defaultBranch: 'main',
      tipCommittedAt: 1_700_000_103,
      lastAttemptAt: at,
      lastSuccessAt: at,
      lastOutcome: 'ok',
      failures: 0,
      tipChangedAt: at - 100,
      nextRefreshAt: at + 50,
      activity: {
        authors: { d7: 0, d30: 0, d90: 0 },
        gapSeconds: { p50: 1, p95: 1 },
        weeks: Array.from({ length: 52 }, () => 0),
      },
    };
    const request = { name: 'red', url: red, maxProjects: many };
    t.deepEqual(await store.saveProject({ ...request, at: at - 7 }), {
      project: expected,
      replaced: undefined,
    });
    t.deepEqual(await store.project('red'), expected);
    t.deepEqual(await store.projects(), [expected]);
    t.like(await store.saveProject({ ...request, at }), { project: { addedAt: at - 7 } });
  });

  test('commits come back whole and in the order they were saved, over all batches', async (t) => {
    const store = await open(t);
    const [newest, ...older] = commits(5).map((commit, index) => ({
      ...commit,
      message: ['', 'a\u0000b', '\u202etxt.exe', '😀'.repeat(1000), '</script>'][index] ?? '',
      date: index === 1 || index === 2 ? null : commit.date,
      authoredAt: index === 2 ? null : commit.authoredAt,
      committedAt: index === 3 ? 253_402_300_799 : commit.committedAt,
      parents: index === 4 ? [] : [sha(1), sha(2), 'f'.repeat(40)],
    }));
    t.truthy(newest);
    const saved = [newest, ...older].filter((commit) => commit !== undefined);
    await store.saveHistory(
      { ...history(5), defaultBranch: null },
      batches(saved.slice(0, 1), [], saved.slice(1)),
    );
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const found = await page(store, 'red', { limit: Infinity });
    t.deepEqual(found?.commits, saved);
    t.is(found?.project.commits, 5);
    t.is(found?.project.defaultBranch, null);
  });

  test('a stretch of the history is cut out by skip and limit', async (t) => {
    const store = await open(t);
    const saved = commits(7);
    await save(store, red, saved);
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const place = (skip: number) => ({ tip: sha(7), commits: 7, skip });
    const hashes = async (skip: number, limit: number) =>
      (await page(store, 'red', { from: place(skip), limit }))?.commits.map((commit) => commit.sha);
    t.deepEqual(await hashes(0, 3), [sha(7), sha(6), sha(5)]);
    t.deepEqual(await hashes(3, 3), [sha(4), sha(3), sha(2)]);
    t.deepEqual(await hashes(6, 3), [sha(1)]);
    t.deepEqual(await hashes(7, 3), []);
    t.deepEqual(await hashes(0, 0), []);
  });

  test('an empty history is a project without commits', async (t) => {
    const store = await open(t);
    await save(store, red, []);
    const saved = await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const expected = { state: 'up', commits: 0, tip: null, tipCommittedAt: null } as const;
    t.like(saved, { project: expected, replaced: undefined });
    t.deepEqual((await page(store, 'red', { limit: 9 }))?.commits, []);
  });

  test('an attempt is open until something is saved of its url, or it is given up', async (t) => {
    const store = await open(t);
    const urlsOf = async () => (await store.openAttempts()).map(({ url }) => url);
    const saves: readonly (() => Promise<unknown>)[] = [
      () => save(store, red, commits(2)),
      () => extend(store, 2, 3),
      () => store.touchHistory(history(3)),
      // Its tip is another one.
      () => store.touchHistory(history(2)),
      () => store.saveFailure(failure(60)),
      () => store.dropAttempt(red),
    ];
    for (const end of saves) {
      await store.beginAttempt({ url: red, at });
      t.deepEqual(await store.openAttempts(), [{ url: red, at, times: 1 }]);
      await end();
      t.deepEqual(await urlsOf(), []);
    }
    await store.beginAttempt({ url: red, at: 5 });
    await store.beginAttempt({ url: blue, at });
    await store.beginAttempt({ url: red, at });
    t.deepEqual(await store.openAttempts(), [
      { url: blue, at, times: 1 },
      { url: red, at, times: 2 },
    ]);
    await store.dropHistory(red);
    t.deepEqual(await urlsOf(), [blue]);
    t.deepEqual(await store.projects(), []);
  });

  test('an attempt that begins is told what is known of its url', async (t) => {
    const store = await open(t);
    const attempt = { url: red, at };
    t.deepEqual(await store.beginAttempt(attempt), { names: [], facts: undefined });
    await save(store, red, commits(2));
    for (const name of ['two', 'one']) {
      await store.saveProject({ name, url: red, maxProjects: many });
    }
    await store.saveFailure(failure(60));
    const facts = await store.findHistory(red);
    t.like(facts, { state: 'failing', tip: sha(2), commits: 2 });
    t.deepEqual(await store.beginAttempt(attempt), { names: ['one', 'two'], facts });
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
    await t.throwsAsync(store.saveHistory(history(9), broken()), { message: 'broken' });
    const found = await page(store, 'red', { limit: 99 });
    t.deepEqual(found?.commits, commits(3));
    t.is(found?.project.tip, sha(3));
  });

  test('a first history that breaks off while it is saved is not there', async (t) => {
    const store = await open(t);
    // oxlint-disable-next-line require-yield
    const broken = async function* () {
      throw new Error('broken');
    };
    await t.throwsAsync(store.saveHistory(history(1), broken()));
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
      during = await page(store, 'red', { limit: 99 });
      yield commits(6).slice(3);
    };
    await store.saveHistory({ ...history(6), defaultBranch: 'next' }, slow());
    t.like(during, { project: { tip: sha(2), commits: 2 }, commits: commits(2) });
    const after = await page(store, 'red', { limit: 99 });
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
    t.is((await page(store, 'one', { limit: 9 }))?.commits.length, 1);

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
    const whole = await store.history('red');
    t.is(whole?.project.tip, sha(1234));
    await extend(store, 1234, 1300);
    t.is((await store.project('red'))?.commits, 1300);
    for (const time of ['first', 'second']) {
      const read: Commit[] = [];
      for await (const batch of whole?.commits() ?? []) {
        t.true(batch.length > 0 && batch.length <= 500);
        read.push(...batch);
      }
      t.deepEqual(read, commits(1234), time);
    }
  });

  test('a history that is replaced while it is read is the old one to its end, or reading it fails', async (t) => {
    const store = await open(t);
    await save(store, red, commits(1234));
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const whole = await store.history('red');
    await save(store, red, commits(2));
    const read: Commit[] = [];
    try {
      for await (const batch of whole?.commits() ?? []) read.push(...batch);
      t.deepEqual(read, commits(1234));
    } catch (error) {
      t.like(error, { code: 'history_moved' });
    }
    await store.removeProject('red');
    t.is(await store.history('red'), undefined);
  });

  test('a reserved project is pending, without a history or times', async (t) => {
    const store = await open(t);
    const request = { name: 'red', url: red, maxProjects: many };
    t.is(await store.reserveProject(request), 'reserved');
    const pending: Project = {
      name: 'red',
      addedAt: null,
      url: red,
      state: 'pending',
      commits: 0,
      tip: null,
      defaultBranch: null,
      tipCommittedAt: null,
      lastAttemptAt: null,
      lastSuccessAt: null,
      lastOutcome: null,
      failures: 0,
      tipChangedAt: null,
      nextRefreshAt: 0,
      activity: null,
    };
    t.deepEqual(await store.project('red'), pending);
    t.deepEqual(await store.projects(), [pending]);
    t.deepEqual(await page(store, 'red', { limit: 9 }), {
      project: pending,
      commits: [],
    });
    const whole = await store.history('red');
    t.deepEqual(whole?.project, pending);
    for await (const _ of whole?.commits() ?? []) t.fail();
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
    await store.saveFailure(failure(60));
    await store.saveFailure(failure(70));
    for (const project of await store.projects()) {
      t.like(project, {
        state: 'failing',
        commits: 2,
        tip: sha(2),
        lastAttemptAt: at + 70,
        lastSuccessAt: at,
        lastOutcome: 'dns',
        failures: 2,
        nextRefreshAt: at + 170,
      });
    }
    t.is((await page(store, 'one', { limit: 9 }))?.commits.length, 2);
    await store.touchHistory({ ...history(2), at: at + 90, nextRefreshAt: at + 180 });
    t.like(await store.project('two'), {
      state: 'up',
      lastAttemptAt: at + 90,
      lastSuccessAt: at + 90,
      lastOutcome: 'ok',
      failures: 0,
      nextRefreshAt: at + 180,
      tipChangedAt: at - 100,
    });
    // Another refresh has brought another tip meanwhile.
    await store.touchHistory({ ...history(3), at: at + 500 });
    t.like(await store.project('two'), { tip: sha(2), lastSuccessAt: at + 90 });
  });

  test('a project whose first fetch failed is still pending', async (t) => {
    const store = await open(t);
    await store.reserveProject({ name: 'red', url: red, maxProjects: many });
    await store.saveFailure(failure(0));
    t.like(await store.project('red'), {
      state: 'pending',
      lastAttemptAt: at,
      lastSuccessAt: null,
      lastOutcome: 'dns',
      failures: 1,
      nextRefreshAt: at + 100,
    });
  });

  test('what became of a url is forgotten when no project names it', async (t) => {
    const store = await open(t);
    await store.saveFailure(failure(0));
    await store.reserveProject({ name: 'one', url: red, maxProjects: many });
    t.is((await store.project('one'))?.lastAttemptAt, null);

    await store.saveFailure(failure(0));
    await store.removeProject('one');
    await store.dropHistory(red);
    await store.reserveProject({ name: 'one', url: red, maxProjects: many });
    t.is((await store.project('one'))?.lastAttemptAt, null);
  });

  test('urls are due by the time they were given, the longest due first, and only while a project has them', async (t) => {
    const store = await open(t);
    await save(store, red, commits(1));
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    await store.reserveProject({ name: 'blue', url: blue, maxProjects: many });
    t.deepEqual(await store.due(at), [{ url: blue, dueAt: 0 }]);
    t.deepEqual(await store.due(at + 50), [
      { url: blue, dueAt: 0 },
      { url: red, dueAt: at + 50 },
    ]);
    await store.removeProject('blue');
    await store.saveFailure(failure(0));
    t.deepEqual(await store.due(at + 99), []);
    t.deepEqual(await store.due(at + 100), [{ url: red, dueAt: at + 100 }]);
  });

  test('what was tried later than it is now is due: the clock has been set back', async (t) => {
    const store = await open(t);
    await save(store, red, commits(1));
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    t.deepEqual(await store.due(at), []);
    t.deepEqual(await store.due(at - 3600), [{ url: red, dueAt: at + 50 }]);
  });

  test('what is known of a url is what its projects tell', async (t) => {
    const store = await open(t);
    t.is(await store.findHistory(red), undefined);
    await save(store, red, commits(2));
    const { name, addedAt, ...facts } = (await named(store)) ?? { name: '', addedAt: 0 };
    t.is(addedAt, null);
    t.is(name, 'red');
    t.deepEqual(await store.findHistory(red), facts);
  });

  test('a url tells the names that stand for it', async (t) => {
    const store = await open(t);
    await save(store, red, commits(2));
    t.deepEqual(await store.namesOf(red), []);
    for (const name of ['second', 'first']) {
      await store.saveProject({ name, url: red, maxProjects: 9 });
    }
    await store.reserveProject({ name: 'other', url: blue, maxProjects: 9 });
    t.deepEqual(await store.namesOf(red), ['first', 'second']);
    t.deepEqual(await store.namesOf(blue), ['other']);
    await store.removeProject('first');
    t.deepEqual(await store.namesOf(red), ['second']);
  });

  test('a history that is replaced tells what it gained and lost, and its rewrites stay', async (t) => {
    const store = await open(t);
    t.deepEqual(await save(store, red, commits(3)), { added: 3, lost: 0 });
    await named(store);
    t.deepEqual(await rewritesOf(store), []);
    const other = commits(5).map((commit) => ({
      ...commit,
      sha: sha(Number(`0x${commit.sha}`) + 100),
    }));
    t.deepEqual(await save(store, red, [...other, ...commits(2)]), { added: 5, lost: 1 });
    t.deepEqual(await rewritesOf(store), [{ at, oldTip: sha(3), newTip: sha(105), lost: 1 }]);
    const [lost] = commits(3);
    const { sha: name, author, authoredAt, message } = lost ?? commits(1)[0] ?? t.fail();
    t.deepEqual(await store.lostCommits('red', sha(105), allLost), {
      rewrite: { at, oldTip: sha(3), newTip: sha(105), lost: 1 },
      total: 1,
      commits: [{ sha: name, author, authoredAt, message }],
    });
    t.is(await store.lostCommits('red', sha(1), allLost), undefined);
    t.deepEqual(await save(store, red, []), { added: 0, lost: 7 });
    t.like(await rewritesOf(store), [{ newTip: null, lost: 7 }, { newTip: sha(105) }]);
    t.is((await store.lostCommits('red', null, allLost))?.commits.length, 7);
    await store.removeProject('red');
    await store.dropHistory(red);
    await save(store, red, commits(1));
    await named(store);
    t.deepEqual(await rewritesOf(store), []);
  });

  test('the newest 100 rewrites keep the newest 1,000 commits that each lost, older ones their numbers', async (t) => {
    const store = await open(t);
    await save(store, red, commits(1));
    await named(store);
    for (let number = 1; number <= 102; number++) await save(store, red, [alone(2000 + number)]);
    t.is((await store.rewrites('red', { limit: 10 })).total, 102);
    t.like(await store.lostCommits('red', sha(2002), allLost), { total: 0, commits: [] });
    t.is((await store.lostCommits('red', sha(2003), allLost))?.total, 1);
    await save(store, red, commits(1500));
    await save(store, red, commits(1));
    t.like(await rewritesOf(store), [{ lost: 1499 }, { lost: 1 }]);
    const lost = await store.lostCommits('red', sha(1), allLost);
    t.is(lost?.total, 1000);
    t.is(lost?.commits.length, 1000);
    t.is(lost?.commits[0]?.sha, sha(1500));
    const some = await store.lostCommits('red', sha(1), { start: 10, limit: 2 });
    t.deepEqual(some, { ...lost, commits: lost?.commits.slice(10, 12) });
  });

  test('a page of lost commits ends where they take a megabyte', async (t) => {
    const store = await open(t);
    const long = 'x'.repeat(999);
    await save(
      store,
      red,
      commits(1500).map((commit) => ({ ...commit, author: long, message: long })),
    );
    await named(store);
    await save(store, red, [alone(2000)]);
    const first = await store.lostCommits('red', sha(2000), allLost);
    const count = first?.commits.length ?? 0;
    t.true(count > 400 && count < 600, `${count} commits`);
    const next = await store.lostCommits('red', sha(2000), { start: count, limit: 1 });
    t.is(next?.commits[0]?.sha, sha(1500 - count));
  });

  test('a push appends, and places of the old tip still hold', async (t) => {
    const store = await open(t);
    await save(store, red, commits(10));
    await named(store);
    t.deepEqual(await extend(store, 10, 12), { added: 2, lost: 0 });
    const found = await page(store, 'red', { limit: 99 });
    t.deepEqual(found?.commits, commits(12));
    t.like(found?.project, { tip: sha(12), commits: 12, tipCommittedAt: 1_700_000_112 });
    const old = { tip: sha(10), commits: 10 };
    t.deepEqual(
      (await page(store, 'red', { from: { ...old, skip: 3 }, limit: 2 }))?.commits,
      commits(7).slice(0, 2),
    );
    await extend(store, 12, 20);
    const all = await page(store, 'red', { from: { ...old, skip: 0 }, limit: 99 });
    t.deepEqual(all?.commits, commits(10));
    const unknown = { tip: sha(99), commits: 10, skip: 3 };
    t.is(await store.commits('red', { from: unknown, limit: 2 }), 'moved');
    t.deepEqual(await rewritesOf(store), []);
  });

  test('a merge of an old branch moves what it comes between, and no more', async (t) => {
    const store = await open(t);
    await save(store, red, commits(10));
    await named(store);
    // Forked from 4, and committed in the same second as 6, which git comes to later.
    const side = { ...alone(500), committedAt: 1_700_000_106, parents: [sha(4)] };
    const merge = { ...alone(501), committedAt: 1_700_000_200, parents: [sha(10), side.sha] };
    const next = { ...history(10), tip: merge.sha };
    const change = await store.extendHistory(next, sha(10), { fresh: [merge, side], lost: [] });
    t.deepEqual(change, { added: 2, lost: 0 });
    const found = await page(store, 'red', { limit: 99 });
    const names = found?.commits.map((commit) => commit.sha);
    t.deepEqual(names, [
      merge.sha,
      ...[10, 9, 8, 7].map(sha),
      side.sha,
      ...[6, 5, 4, 3, 2, 1].map(sha),
    ]);
    t.deepEqual(found?.commits.slice(6), commits(6));
    const old = { tip: sha(10), commits: 10 };
    t.deepEqual((await page(store, 'red', { from: { ...old, skip: 4 }, limit: 9 }))?.commits, [
      ...commits(6),
    ]);
    t.is(await store.commits('red', { from: { ...old, skip: 3 }, limit: 9 }), 'moved');
  });

  test('a forced push replaces what it drops, and tells', async (t) => {
    const store = await open(t);
    await save(store, red, commits(10));
    await named(store);
    const fresh = { ...alone(600), committedAt: 1_700_000_300, parents: [sha(7)] };
    const next = { ...history(10), tip: fresh.sha };
    const lost = [sha(10), sha(9), sha(8)];
    t.deepEqual(await store.extendHistory(next, sha(10), { fresh: [fresh], lost }), {
      added: 1,
      lost: 3,
    });
    const found = await page(store, 'red', { limit: 99 });
    t.deepEqual(found?.commits, [fresh, ...commits(7)]);
    t.like(await rewritesOf(store), [{ oldTip: sha(10), newTip: fresh.sha, lost: 3 }]);
    t.deepEqual(
      (await store.lostCommits('red', fresh.sha, allLost))?.commits.map((commit) => commit.sha),
      lost,
    );
    t.is(
      await store.commits('red', { from: { tip: sha(10), commits: 10, skip: 2 }, limit: 9 }),
      'moved',
    );
  });

  test('a history with another tip, or with dates that git does not compare, is not extended', async (t) => {
    const store = await open(t);
    await save(store, red, commits(10));
    await named(store);
    const fresh = { ...alone(600), parents: [sha(10)] };
    const next = { ...history(10), tip: fresh.sha };
    const difference = { fresh: [fresh], lost: [] };
    t.is(await store.extendHistory(next, sha(9), difference), 'too_different');
    t.is(await store.extendHistory({ ...next, url: blue }, sha(10), difference), 'too_different');
    for (const committedAt of [null, 2 ** 34]) {
      const undated = { fresh: [{ ...fresh, committedAt }], lost: [] };
      t.is(await store.extendHistory(next, sha(10), undated), 'too_different');
    }
    t.deepEqual((await page(store, 'red', { limit: 99 }))?.commits, commits(10));
  });

  test('authors are counted by window, and gaps are those of the newest commits', async (t) => {
    const store = await open(t);
    const day = 86_400;
    const dated = [1, 5, 20, 40, 80, 200].map((days, index) => ({
      ...alone(700 + index),
      author: index === 1 ? 'Author 0' : `Author ${index}`,
      committedAt: Math.floor(at) - days * day,
    }));
    await save(store, red, dated);
    t.like((await named(store))?.activity, {
      authors: { d7: 1, d30: 2, d90: 4 },
      gapSeconds: { p50: 20 * day, p95: 120 * day },
    });
    await store.touchHistory({ ...history(1), tip: dated[0]?.sha ?? null, at: at + 10 * day });
    t.like((await store.project('red'))?.activity, { authors: { d7: 0, d30: 1, d90: 3 } });
  });

  test('what has been measured is measured again when another hour begins, and not before', async (t) => {
    const store = await open(t);
    const week = 7 * 86_400;
    const hour = Math.ceil(at / 3600) * 3600;
    const commit = { ...alone(700), committedAt: hour - week + 600 };
    await save(store, red, [commit]);
    await named(store);
    const measuredAt = async (later: number) => {
      await store.touchHistory({ ...history(1), tip: commit.sha, at: later });
      return (await store.project('red'))?.activity?.authors.d7;
    };
    t.is(await measuredAt(hour), 1);
    t.is(await measuredAt(hour + 1200), 1);
    t.is(await measuredAt(hour + 3600), 0);
  });

  test('the commits of a year are counted by week, from Monday on', async (t) => {
    const store = await open(t);
    const week = 7 * 86_400;
    const monday = (Math.floor((Math.floor(at / 86_400) + 3) / 7) * 7 - 3) * 86_400;
    const times = [
      monday + week,
      monday,
      monday - 1,
      monday - week,
      monday - 51 * week,
      monday - 51 * week - 1,
    ];
    const dated = times.map((committedAt, index) => ({ ...alone(800 + index), committedAt }));
    await save(store, red, dated);
    const counts = (weeks: readonly number[] = []) =>
      weeks.flatMap((count, index) => (count === 0 ? [] : [[index, count]]));
    t.is((await named(store))?.activity?.weeks.length, 52);
    t.deepEqual(counts((await store.project('red'))?.activity?.weeks), [
      [0, 1],
      [50, 2],
      [51, 1],
    ]);
    await store.touchHistory({ ...history(1), tip: dated[0]?.sha ?? null, at: at + week });
    t.deepEqual(counts((await store.project('red'))?.activity?.weeks), [
      [49, 2],
      [50, 1],
      [51, 1],
    ]);
  });

  for (const [what, filter, fits] of filters) {
    test(`commits are found by ${what}, page by page, in either direction`, async (t) => {
      const store = await open(t);
      const all = woven();
      await save(store, red, all);
      await named(store);
      const isByDate = 'since' in filter || 'until' in filter;
      const fitting = all.filter((commit) => fits(commit, all));
      const expected = (
        isByDate && !('firstParent' in filter || 'text' in filter)
          ? fitting.toSorted((a, b) => (b.committedAt ?? 0) - (a.committedAt ?? 0))
          : fitting
      ).map((commit) => commit.sha);
      t.true(expected.length > 20, `${expected.length} of ${all.length}`);
      const limit = 7;
      const pages: FoundCommits[] = [];
      let from: SearchCursor | null | undefined;
      while (from !== null && pages.length < 1000) {
        const found = await search(store, { filter, limit, ...(from && { from }) });
        pages.push(found);
        from = found.next;
      }
      const names = ({ commits: found }: FoundCommits) => found.map((commit) => commit.sha);
      t.deepEqual(pages.flatMap(names), expected);
      t.is(pages[0]?.previous, null);
      for (const { first, commits: shown } of pages) {
        t.is(all[all.length - 1 - (first?.position ?? NaN)]?.sha, shown[0]?.sha);
      }
      for (const [index, { previous }] of pages.slice(1).entries()) {
        if (previous === null) t.fail('no way back');
        else {
          const back = await search(store, { filter, limit, from: previous });
          t.deepEqual(names(back), expected.slice(index * limit, index * limit + limit));
          t.is(back.previous === null, index === 0);
        }
      }
    });
  }

  test('a page of commits of very many parents ends by bytes, and whoever reads on misses none', async (t) => {
    const store = await open(t);
    const all = commits(300).map((commit) => ({
      ...commit,
      parents: [...commit.parents, ...Array.from({ length: 999 }, () => sha(0))],
    }));
    await save(store, red, all);
    await named(store);
    const names = (found: readonly Commit[]) => found.map((commit) => commit.sha);
    // A name takes 20 bytes, and a page ends with the commit that reaches a MiB.
    const most = 53;
    for (const filter of [{}, { since: 0 }, { text: 'change' }, { firstParent: true }]) {
      const pages: FoundCommits[] = [];
      let from: SearchCursor | null | undefined;
      while (from !== null && pages.length < 20) {
        const found = await search(store, { filter, limit: 1000, ...(from && { from }) });
        pages.push(found);
        from = found.next;
      }
      t.deepEqual(
        pages.map((found) => found.commits.length),
        [most, most, most, most, most, 300 - 5 * most],
        JSON.stringify(filter),
      );
      t.deepEqual(names(pages.flatMap((found) => found.commits)), names(all));
      const upwards: FoundCommits[] = [];
      from = pages.at(-1)?.previous;
      while (from && upwards.length < 20) {
        const found = await search(store, { filter, limit: 1000, from });
        upwards.unshift(found);
        from = found.previous;
      }
      t.deepEqual(names(upwards.flatMap((found) => found.commits)), names(all.slice(0, 5 * most)));
    }
    const whole: (readonly Commit[])[] = [];
    for await (const batch of (await store.history('red'))?.commits() ?? []) whole.push(batch);
    t.deepEqual(whole.flat(), all);
    t.is(Math.max(...whole.map((batch) => batch.length)), 14);
  });

  test('a search that finds nothing, of an empty project, or of none, says so', async (t) => {
    const store = await open(t);
    t.is(await store.search('red', { filter: { author: 'X' }, limit: 9 }), undefined);
    await save(store, red, commits(3));
    await named(store);
    const none = { commits: [], first: null, next: null, previous: null };
    for (const filter of [{ author: 'X' }, { text: 'no such' }, { since: 2e9 }, { until: 0 }]) {
      t.like(await store.search('red', { filter, limit: 9 }), none);
    }
    await save(store, red, []);
    t.like(await store.search('red', { filter: { text: 'a' }, limit: 9 }), none);
  });

  test('whoever reads on finds what was there, or is told that it has moved', async (t) => {
    const store = await open(t);
    await save(store, red, commits(10));
    await named(store);
    const filter = { author: 'Author 1' };
    const { next } = await search(store, { filter, limit: 2 });
    t.like(next, { tip: sha(10), commits: 10, side: 'after' });
    await extend(store, 10, 13);
    const rest = await search(store, { filter, limit: 9, ...(next && { from: next }) });
    t.deepEqual(
      rest.commits.map((commit) => commit.sha),
      [4, 1].map(sha),
    );
    await save(store, red, [alone(900)]);
    t.is(await store.search('red', { filter, limit: 9, ...(next && { from: next }) }), 'moved');
  });

  test('letters in either case are the same, and signs of a pattern are themselves', async (t) => {
    const store = await open(t);
    const messages = ['Añadir 100%', 'añadir 100', 'AÑADIR_x', 'a\\b', 'AnADIR 100% 😀'];
    const saved = messages.map((message, index) => ({ ...alone(900 - index), message }));
    await save(store, red, saved);
    await named(store);
    const found = async (text: string) => {
      const { commits: hits } = await search(store, { filter: { text }, limit: 9 });
      return hits.map(({ message }) => message);
    };
    t.deepEqual(await found('0%'), ['Añadir 100%', 'AnADIR 100% 😀']);
    t.deepEqual(await found('ÑADIR'), ['Añadir 100%', 'añadir 100', 'AÑADIR_x']);
    t.deepEqual(await found('dir_'), ['AÑADIR_x']);
    t.deepEqual(await found('A\\B'), ['a\\b']);
    t.deepEqual(await found('% 😀'), ['AnADIR 100% 😀']);
  });

  test('commits are found by a name or its beginning, ten at most', async (t) => {
    const store = await open(t);
    t.is(await store.commitsByPrefix('red', 'abcd'), undefined);
    const saved = ['abcd1', 'abcd2', 'fff', '0000'].map((prefix, index) => ({
      ...alone(index),
      sha: prefix.padEnd(40, '7'),
    }));
    await save(store, red, saved);
    await named(store);
    const found = async (prefix: string) => {
      const { commits: alike } = (await store.commitsByPrefix('red', prefix)) ?? { commits: [] };
      return alike.map((commit) => commit.sha.slice(0, 5));
    };
    t.deepEqual(await found('abcd'), ['abcd1', 'abcd2']);
    for (const prefix of ['abcd2', 'abcd27', 'abcd2'.padEnd(40, '7')]) {
      t.deepEqual(await found(prefix), ['abcd2']);
    }
    t.deepEqual(await found('ffff'), []);
    t.deepEqual(await found('fff7'), ['fff77']);
    t.deepEqual(await found('00007'), ['00007']);
    t.deepEqual(await found('abcd2'.padEnd(64, '7')), []);
    t.like(await store.commitsByPrefix('red', '00007'), {
      project: { name: 'red' },
      commits: [{ sha: saved[3]?.sha ?? '' }],
    });
    await save(
      store,
      red,
      Array.from({ length: 30 }, (_, index) => alone(index)),
    );
    t.is((await store.commitsByPrefix('red', alone(0).sha.slice(0, 4)))?.commits.length, 10);
  });

  test('authors are counted, and those with the most commits come first', async (t) => {
    const store = await open(t);
    await t.throwsAsync(store.authors({ url: red, tip: sha(1), commits: 1 }, 3), moved);
    // More than are counted at a time, of one author and of many.
    const writer = (number: number) =>
      number % 2 === 0 ? 'Ada' : number % 10 === 1 ? 'Zoë' : `Guest ${number % 20}`;
    const all = Array.from({ length: 12_000 }, (_, number) => ({
      ...alone(number),
      author: writer(number),
    }));
    await save(store, red, all);
    await named(store);
    t.deepEqual(await store.authors(await projectOf(store), 3), {
      total: 10,
      most: [
        { name: 'Ada', commits: 6000 },
        { name: 'Zoë', commits: 1200 },
        { name: 'Guest 13', commits: 600 },
      ],
    });
    const before = await projectOf(store);
    await save(store, red, all.slice(0, 1));
    await t.throwsAsync(store.authors(before, 3), moved);
    t.deepEqual(await store.authors(await projectOf(store), 3), {
      total: 1,
      most: [{ name: 'Ada', commits: 1 }],
    });
    await save(store, red, []);
    t.deepEqual(await store.authors(await projectOf(store), 3), { total: 0, most: [] });
  });

  test('commits are counted by day and hour, within a range, without those that have no date', async (t) => {
    const store = await open(t);
    const day = 86_400;
    const times = [0, 3599, 3600, 5 * day, 5 * day, 5 * day + 23 * 3600, 9 * day, null];
    await save(
      store,
      red,
      times.map((committedAt, index) => ({ ...alone(800 - index), committedAt })),
    );
    await named(store);
    const hours = (counts: Readonly<Record<number, number>>) =>
      Array.from({ length: 24 }, (_, hour) => counts[hour] ?? 0);
    const version = await projectOf(store);
    t.deepEqual(await countsOf(store, version, { from: 0, to: 1e12 }), {
      days: [
        { day: 0, commits: 3 },
        { day: 5, commits: 3 },
        { day: 9, commits: 1 },
      ],
      hours: hours({ 0: 5, 1: 1, 23: 1 }),
    });
    t.deepEqual(await countsOf(store, version, { from: 3600, to: 9 * day }), {
      days: [
        { day: 0, commits: 1 },
        { day: 5, commits: 3 },
      ],
      hours: hours({ 0: 2, 1: 1, 23: 1 }),
    });
    await save(store, red, []);
    await t.throwsAsync(store.commitCounts(version, { from: 0, to: 9 }), moved);
    t.deepEqual(await countsOf(store, await projectOf(store), { from: 0, to: 1e12 }), {
      days: [],
      hours: hours({}),
    });
  });

  test('commits of very many days are not counted, those of as many as may be are', async (t) => {
    const store = await open(t);
    const saved = commits(maxCountedDays + 1).map((commit, index) => ({
      ...commit,
      committedAt: index * 86_400,
    }));
    await save(store, red, saved);
    await named(store);
    const version = await projectOf(store);
    t.is(await store.commitCounts(version, { from: 0, to: 1e12 }), 'too_many_days');
    const { days } = await countsOf(store, version, { from: 86_400, to: 1e12 });
    t.is(days.length, maxCountedDays);
  });

  test('rewrites are told page by page, from the newest on or from where so many are left', async (t) => {
    const store = await open(t);
    await save(store, red, [alone(1)]);
    await named(store);
    for (const number of [2, 3, 2, 4]) await save(store, red, [alone(number)]);
    const tips = async (rest: number | undefined, limit: number) => {
      const { total, rewrites } = await store.rewrites('red', { rest, limit });
      return [total, ...rewrites.map(({ newTip }) => newTip)];
    };
    t.deepEqual(await tips(undefined, 2), [4, sha(4), sha(2)]);
    t.deepEqual(await tips(2, 5), [4, sha(3), sha(2)]);
    t.deepEqual(await tips(9, 1), [4, sha(4)]);
    t.deepEqual(await store.rewrites('blue', { limit: 9 }), { total: 0, rewrites: [] });
    t.like(await store.rewriteTo('red', sha(2)), { oldTip: sha(3), newTip: sha(2), lost: 1 });
    t.is(await store.rewriteTo('red', sha(1)), undefined);
    t.is(await store.rewriteTo('red', null), undefined);
  });

  test('very many commits are counted and searched to the last', async (t) => {
    const store = await open(t);
    const saved = commits(12_345).map((commit, index) => ({
      ...commit,
      committedAt: index < 6000 ? 1_800_000_000 : 1_700_000_000 - index,
    }));
    await save(store, red, saved);
    await named(store);
    const { days } = await countsOf(store, await projectOf(store), { from: 0, to: 1e12 });
    t.is(sum(days.map((counted) => counted.commits)), 12_345);
    const filter = { text: 'change 1234' };
    const { commits: hits } = await search(store, { filter, limit: 1000 });
    t.is(hits.length, saved.filter(({ message }) => message.startsWith('Change 1234')).length);
    const { commits: chain } = await search(store, {
      filter: { firstParent: true },
      limit: 20_000,
    });
    t.deepEqual(chain, saved);
  });

  test('what is counted while the history goes, or another comes, is all of it or nothing', async (t) => {
    const store = await open(t);
    const all = commits(30_000);
    const changes = {
      removed: async () => {
        await store.removeProject('red');
        await store.dropHistory(red);
      },
      replaced: () => save(store, red, commits(2)),
      grown: () => extend(store, 30_000, 30_001),
    };
    for (const [name, change] of Object.entries(changes)) {
      await save(store, red, all);
      await named(store);
      const version = await projectOf(store);
      const counting = Promise.allSettled([
        store.authors(version, 3),
        countsOf(store, version, { from: 0, to: 1e12 }),
      ]);
      await change();
      const [authors, counts] = await counting;
      if (authors.status === 'rejected') t.like(authors.reason, moved, name);
      else t.is(sum(authors.value.most.map((author) => author.commits)), 30_000, name);
      if (counts.status === 'rejected') t.like(counts.reason, moved, name);
      else t.is(sum(counts.value.hours), 30_000, name);
    }
  });

  test('a search or a count whose reader has left is not begun', async (t) => {
    const store = await open(t);
    await save(store, red, commits(3));
    await store.saveProject({ name: 'red', url: red, maxProjects: many });
    const version = await projectOf(store);
    const left = AbortSignal.abort(new Error('left'));
    const range = { filter: { text: 'a' }, limit: 9 };
    await t.throwsAsync(store.search('red', range, left), { message: 'left' });
    await t.throwsAsync(store.commitCounts(version, { from: 0, to: 9 }, left), { message: 'left' });
    await t.throwsAsync(store.authors(version, 9, left), { message: 'left' });
  });

  test('a store that works says so', async (t) => {
    const store = await open(t);
    await t.notThrowsAsync(store.check());
  });
}

type Fits = (commit: Commit, all: readonly Commit[]) => boolean;

const onFirstParents: Fits = (commit, all) => {
  const parents = new Map(all.map((other) => [other.sha, other.parents[0]]));
  for (let name = all[0]?.sha; name !== undefined; name = parents.get(name)) {
    if (name === commit.sha) return true;
  }
  return false;
};
const [early, late] = [1_700_000_150, 1_700_000_260];
const inTime: Fits = ({ committedAt }) =>
  committedAt !== null && committedAt >= early && committedAt < late;
const byOne: Fits = ({ author }) => author === 'Author 1';
const says: Fits = ({ message }) => message.toLowerCase().includes('nge 1');

const filters: readonly (readonly [string, CommitFilter, Fits])[] = [
  ['nothing', {}, () => true],
  ['author', { author: 'Author 1' }, byOne],
  ['time', { since: early, until: late }, inTime],
  ['the beginning', { since: early }, ({ committedAt }) => (committedAt ?? 0) >= early],
  [
    'author and time',
    { author: 'Author 1', since: early, until: late },
    (...args) => byOne(...args) && inTime(...args),
  ],
  ['message', { text: 'NGE 1' }, says],
  [
    'message and time',
    { text: 'nge 1', since: early, until: late },
    (...args) => says(...args) && inTime(...args),
  ],
  [
    'message and author',
    { text: 'nge 1', author: 'Author 1' },
    (...args) => says(...args) && byOne(...args),
  ],
  ['first parents', { firstParent: true }, onFirstParents],
  [
    'first parents in time',
    { firstParent: true, since: early, until: late },
    (...args) => onFirstParents(...args) && inTime(...args),
  ],
];

/** A history with merges, times that are equal, in another order or missing. */
function woven(): readonly Commit[] {
  return commits(300).map((commit, index) => {
    const number = 300 - index;
    const parents =
      number < 4
        ? commit.parents
        : number % 5 === 0
          ? [sha(number - 3), sha(number - 1)]
          : commit.parents;
    const committedAt =
      number % 50 === 0
        ? null
        : 1_700_000_100 + Math.floor(number / 4) * 4 - (number % 7 === 0 ? 30 : 0);
    return { ...commit, parents, committedAt };
  });
}

async function search(
  store: StorePort,
  query: Parameters<StorePort['search']>[1],
): Promise<FoundCommits> {
  const found = await store.search('red', query);
  if (found === 'moved' || found === undefined) throw new Error('nothing was searched');
  return found;
}

function sha(number: number): string {
  return number.toString(16).padStart(40, '0');
}

/** A straight history of that many commits, newest first. */
function commits(count: number): readonly Commit[] {
  return Array.from({ length: count }, (_, index) => {
    const number = count - index;
    return { ...alone(number), parents: number === 1 ? [] : [sha(number - 1)] };
  });
}

/** A commit without parents. */
function alone(number: number): Commit {
  const authoredAt = 1_700_000_000 + number;
  return {
    hash: sha(number).slice(0, 10),
    author: `Author ${number % 3}`,
    date: formatGitDate(`${authoredAt} +0100`),
    message: `Change ${number}`,
    sha: sha(number),
    authoredAt,
    committedAt: 1_700_000_100 + number,
    parents: [],
  };
}

/** What an attempt found whose newest commit is the one of that number. */
function history(number: number): History & { readonly tip: string } {
  return {
    url: red,
    tip: sha(number),
    defaultBranch: 'main',
    at,
    nextRefreshAt: at + 50,
    tipChangedAt: at - 100,
  };
}

function failure(seconds: number) {
  return { url: red, at: at + seconds, nextRefreshAt: at + seconds + 100, outcome: 'dns' } as const;
}

async function* batches(
  ...parts: readonly (readonly Commit[])[]
): AsyncGenerator<readonly Commit[]> {
  yield* parts;
}

async function save(store: StorePort, url: string, saved: readonly Commit[]): Promise<Change> {
  const tip = saved[0]?.sha ?? null;
  return store.saveHistory({ ...history(0), url, tip }, batches(saved));
}

/** Adds the commits after the one of the first number, to the one of the second. */
async function extend(store: StorePort, from: number, to: number): Promise<Change | string> {
  const fresh = commits(to).slice(0, to - from);
  return store.extendHistory(history(to), sha(from), { fresh, lost: [] });
}

/** Of what was to be read of a state that is no more. */
const moved = { code: 'history_moved' } as const;

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** The newest rewrites of the project. */
async function rewritesOf(store: StorePort): Promise<readonly Rewrite[]> {
  return (await store.rewrites('red', { limit: 10 })).rewrites;
}

/** Counts where there are not too many days. */
async function countsOf(
  store: StorePort,
  ...[version, range]: Parameters<StorePort['commitCounts']>
): Promise<CommitCounts> {
  const counts = await store.commitCounts(version, range);
  if (counts === 'too_many_days') throw new Error('there are too many days');
  return counts;
}

async function projectOf(store: StorePort): Promise<Project> {
  const project = await store.project('red');
  if (project === undefined) throw new Error('there is no project');
  return project;
}

async function named(store: StorePort): Promise<Project | undefined> {
  await store.saveProject({ name: 'red', url: red, maxProjects: many });
  return store.project('red');
}

/** A page that is there. */
async function page(
  store: StorePort,
  name: string,
  range: Parameters<StorePort['commits']>[1],
): Promise<CommitPage | undefined> {
  const found = await store.commits(name, range);
  if (found === 'moved') throw new Error('the place has moved');
  return found;
}
