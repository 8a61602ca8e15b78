import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import test from 'ava';
import { maxRewrites, type Commit, type StorePort } from '../../../domain/index.ts';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { watchLog } from './watch-log.ts';
import { testStore } from './contract.ts';

test('a history that nobody has named is gone after a restart, commits and all', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const url = 'https://example.org/a.git';
  const history = {
    url,
    tip: fakeSha(3),
    defaultBranch: 'main',
    at: 1,
    nextRefreshAt: 2,
    tipChangedAt: 1,
  };
  const store = openSqliteStore(file);
  await store.saveHistory(history, Readable.from([fakeCommits(3)]));
  await store.saveHistory(history, Readable.from([]));
  t.truthy(await store.findHistory(url));
  await store.close();

  const again = openSqliteStore(file);
  t.is(await again.findHistory(url), undefined);
  // Each part of the sweep comes before what is asked after it.
  for (let part = 0; part < 5; part++) await again.check();
  await again.close();
  const db = new DatabaseSync(file);
  for (const table of ['urls', 'histories', 'commits', 'rewrites', 'lost_commits']) {
    t.is(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'], 0, table);
  }
  db.close();
});

test('an attempt that a process did not survive is known to the next, for a week where no project has its url', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const now = Date.now() / 1000;
  const named = 'https://example.org/named.git';
  const store = openSqliteStore(file);
  await store.reserveProject({ name: 'a', url: named, maxProjects: 1 });
  for (const at of [now - 8 * 86_400, now]) {
    await store.beginAttempt({ url: `https://example.org/${at}.git`, at });
  }
  await store.beginAttempt({ url: named, at: 1 });
  await store.close();
  const again = openSqliteStore(file);
  t.deepEqual(await again.openAttempts(), [
    { url: `https://example.org/${now}.git`, at: now, times: 1 },
    { url: named, at: 1, times: 1 },
  ]);
  await again.close();
});

test('what has been written is what is read, though the news of it has not arrived yet', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const url = 'https://example.org/a.git';
  const at = { at: 1, nextRefreshAt: 2, tipChangedAt: 1 };
  const save = (commits: number, batches: AsyncIterable<readonly Commit[]>) =>
    store.saveHistory({ url, tip: fakeSha(commits), defaultBranch: 'main', ...at }, batches);
  await save(2, Readable.from([fakeCommits(2)]));
  await store.saveProject({ name: 'a', url, maxProjects: 1 });

  const { promise, resolve } = Promise.withResolvers<number>();
  const saved = save(
    3,
    (async function* () {
      yield fakeCommits(3);
      t.is((await store.project('a'))?.commits, 2);
      // The writer shows the history meanwhile, and this thread hears nothing.
      setImmediate(() => {
        waitUntilShown(file, 3);
        resolve(countWhole(store, 'a'));
      });
    })(),
  );
  t.is(await promise, 3);
  await saved;
});

/** Blocks this thread until the only url of a database has so many commits. */
function waitUntilShown(file: string, commits: number): void {
  const db = new DatabaseSync(file, { readOnly: true });
  const shown = db.prepare('SELECT commits FROM urls');
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (const until = performance.now() + 30_000; performance.now() < until;) {
    if (shown.get()?.['commits'] === commits) break;
    Atomics.wait(clock, 0, 0, 10);
  }
  db.close();
}

test('what a great history leaves in the log of SQLite is moved to the database by itself', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const shortened = watchLog(t, file);
  const at = { at: 1, nextRefreshAt: 2, tipChangedAt: 1 };
  const history = { url: 'https://example.org/a.git', tip: fakeSha(30_000), defaultBranch: 'main' };
  await store.saveHistory({ ...history, ...at }, Readable.from([fakeCommits(30_000)]));
  await shortened();
  t.true(statSync(file).size > 4e6);
});

/** How many commits a whole history has as it is read. */
async function countWhole(store: StorePort, name: string): Promise<number> {
  const history = await store.history(name);
  let count = 0;
  for await (const commits of history?.commits() ?? []) count += commits.length;
  return count;
}

test('a store that is closed refuses to write, and does not let anybody wait', async (t) => {
  const store = openSqliteStore(join(await temporaryDirectory(t), 'gitmon.db'));
  await store.close();
  await t.throwsAsync(store.check(), { code: 'store_unavailable' });
});

for (const conflict of ['ABORT', 'ROLLBACK'] as const) {
  test(`a write that SQLite ends by ${conflict} leaves nothing that hides later commits`, async (t) => {
    const file = join(await temporaryDirectory(t), 'gitmon.db');
    const store = openSqliteStore(file);
    t.teardown(() => store.close());
    const db = new DatabaseSync(file);
    db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON commits WHEN NEW.message = 'refused'
      BEGIN SELECT RAISE(${conflict}, 'refused'); END`);
    db.close();
    const url = 'https://example.org/a.git';
    const at = { at: 1, nextRefreshAt: 2, tipChangedAt: 1 };
    const history = (tip: number) => ({ url, tip: fakeSha(tip), defaultBranch: 'main', ...at });
    const authors = ['', 'Ada', 'Grace', 'Ada', 'Zoë', 'Ada'];
    const commits = (count: number, refused?: number) =>
      fakeCommits(count, (number) => ({
        author: authors[number] ?? '',
        message: number === refused ? 'refused' : `Change ${number}`,
      }));
    const save = (refused?: number) =>
      store.saveHistory(history(3), Readable.from([commits(3, refused)]));
    const extend = (refused?: number) => {
      const fresh = commits(5, refused).slice(0, 2);
      return store.extendHistory(history(5), fakeSha(3), { fresh, lost: [] });
    };

    // The oldest comes last, when the authors of the others have been added.
    await t.throwsAsync(save(1), { code: 'store_unavailable' });
    await save();
    await store.saveProject({ name: 'a', url, maxProjects: 1 });
    t.deepEqual(await read(store), authorsOf(commits(3)));
    await t.throwsAsync(extend(4), { code: 'store_unavailable' });
    await extend();
    t.deepEqual(await read(store), authorsOf(commits(5)));
    t.deepEqual(await store.authors({ url, tip: fakeSha(5), commits: 5 }, 10), {
      total: 3,
      most: [
        { name: 'Ada', commits: 3 },
        { name: 'Grace', commits: 1 },
        { name: 'Zoë', commits: 1 },
      ],
    });
  });
}

test('of very many rewrites the oldest are forgotten', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const url = 'https://example.org/a.git';
  const save = (tip: number, ...commits: readonly Commit[]) => {
    const history = { url, tip: fakeSha(tip), defaultBranch: 'main', at: tip, nextRefreshAt: 1 };
    return store.saveHistory({ ...history, tipChangedAt: 1 }, Readable.from([commits]));
  };
  await save(1, ...fakeCommits(1));
  await store.saveProject({ name: 'a', url, maxProjects: 1 });
  const db = new DatabaseSync(file);
  db.prepare(
    `WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?)
     INSERT INTO rewrites (url, at, old_tip, new_tip, lost) SELECT ?, number, '', '', 1 FROM numbers`,
  ).run(maxRewrites, url);
  db.close();
  const range = { limit: maxRewrites };
  t.is((await store.rewrites('a', range)).total, maxRewrites);
  await save(2, ...fakeCommits(2).slice(0, 1));
  const { total, rewrites } = await store.rewrites('a', range);
  t.is(total, maxRewrites);
  t.like(rewrites[0], { newTip: fakeSha(2) });
  t.like(rewrites.at(-1), { at: 2 });
});

/** Whose the commits of a project are, the newest first. */
async function read(store: StorePort) {
  const page = await store.commits('a', { limit: 100 });
  return page === 'moved' || page === undefined ? page : authorsOf(page.commits);
}

function authorsOf(commits: readonly Commit[]) {
  return commits.map(({ sha, author }) => [sha, author]);
}

testStore(test, async (t) => {
  // Very many stores at once have one disk.
  const timeoutMs = 300_000;
  const store = openSqliteStore(join(await temporaryDirectory(t), 'gitmon.db'), { timeoutMs });
  t.teardown(() => store.close());
  return store;
});
