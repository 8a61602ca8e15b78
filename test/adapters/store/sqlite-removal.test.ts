import { lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import test from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { migrations } from '../../../adapters/sqlite/schema.ts';
import type { Commit, StorePort } from '../../../domain/index.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { until } from '../../kit/until.ts';

const at = { at: 1, nextRefreshAt: 2, tipChangedAt: 1, defaultBranch: 'main' };
const urlOf = (name: string) => `https://example.org/${name}.git`;

/** Commits whose authors and messages say whose they are; a few authors of each are those of all. */
function commitsOf(name: string, count: number): readonly Commit[] {
  return fakeCommits(count, (number) => ({
    author: number % 7 === 0 ? 'Everybody' : `Person ${(number * 7919) % 997} of ${name}`,
    message: `Change ${number} of ${name} ${'x'.repeat(number % 150)}`,
  }));
}

async function addProject(store: StorePort, name: string, count: number): Promise<void> {
  const url = urlOf(name);
  const batches = Array.from({ length: Math.ceil(count / 100) }, (_, part) =>
    commitsOf(name, count).slice(part * 100, (part + 1) * 100),
  );
  await store.saveHistory({ ...at, url, tip: fakeSha(count) }, Readable.from(batches));
  await store.saveProject({ name, url, maxProjects: 100 });
}

async function removeProject(store: StorePort, name: string): Promise<void> {
  await store.removeProject(name);
  await store.dropHistory(urlOf(name));
}

/** How often a name occurs in the files of a database. */
function occurrences(file: string, name: string): number {
  return [file, `${file}-wal`].reduce(
    (sum, part) => sum + readFileSync(part, 'latin1').split(name).length - 1,
    0,
  );
}

test('of a project that is removed no byte is left in the database and its log', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  // Side by side, so that their rows share pages.
  await Promise.all(
    ['public-a', 'secret', 'public-b'].map((name) => addProject(store, name, 1500)),
  );
  // A forced push, whose lost commits are kept.
  const fresh = commitsOf('secret', 2000)
    .slice(0, 1)
    .map((commit) => ({ ...commit, parents: [fakeSha(1400)] }));
  const lost = Array.from({ length: 100 }, (_, index) => fakeSha(1500 - index));
  const url = urlOf('secret');
  const forced = await store.extendHistory({ ...at, url, tip: fakeSha(2000) }, fakeSha(1500), {
    fresh,
    lost,
  });
  t.deepEqual(forced, { added: 1, lost: 100 });
  t.is((await store.lostCommits('secret', fakeSha(2000), { start: 0, limit: 1000 }))?.total, 100);
  t.true(occurrences(file, 'secret') > 1000);

  await removeProject(store, 'secret');
  await until(() => occurrences(file, 'secret') === 0);
  for (const name of ['public-a', 'public-b']) {
    const page = await store.commits(name, { limit: 2000 });
    t.deepEqual(
      page === 'moved'
        ? []
        : page?.commits.map(({ sha, author, message }) => [sha, author, message]),
      commitsOf(name, 1500).map(({ sha, author, message }) => [sha, author, message]),
    );
  }
  // An author whose id was known to the writer is added again.
  await addProject(store, 'secret', 100);
  const page = await store.commits('secret', { limit: 1 });
  t.is(page === 'moved' ? '' : page?.commits[0]?.author, 'Person 282 of secret');
});

test('authors whose last commits a forced push has lost go, those of other commits stay', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const commits = fakeCommits(4, (number) => ({ author: number > 2 ? 'Grace' : 'Ada' }));
  const url = urlOf('a');
  await store.saveHistory({ ...at, url, tip: fakeSha(4) }, Readable.from([commits]));
  await store.saveProject({ name: 'a', url, maxProjects: 1 });
  await store.extendHistory({ ...at, url, tip: fakeSha(9) }, fakeSha(4), {
    fresh: fakeCommits(9, () => ({ author: 'Ada', parents: [fakeSha(2)] })).slice(0, 1),
    lost: [fakeSha(4), fakeSha(3)],
  });
  const db = new DatabaseSync(file, { readOnly: true });
  t.teardown(() => db.close());
  const names = db.prepare('SELECT name FROM authors');
  await until(() => names.all().length === 1);
  t.deepEqual(
    names.all().map((row) => row['name']),
    ['Ada'],
  );
});

test('a history that was not kept gives its room back', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const url = urlOf('a');
  await t.throwsAsync(
    store.saveHistory(
      { ...at, url, tip: fakeSha(3) },
      (async function* () {
        yield commitsOf('a', 3000);
        t.true(statSync(`${file}-wal`).size > 500_000);
        throw new Error('the remote went away');
      })(),
    ),
    { message: 'the remote went away' },
  );
  await until(() => occurrences(file, 'Person') === 0 && statSync(file).size < 200_000);
  t.is(statSync(`${file}-wal`).size, 0);
});

/** Makes a database as an earlier version did, with one project. */
function earlierDatabase(file: string): void {
  const before = new DatabaseSync(file);
  before.exec(
    `PRAGMA journal_mode = WAL; ${migrations.join(';')}; PRAGMA user_version = ${migrations.length}`,
  );
  before.exec(
    `INSERT INTO urls (url) VALUES ('${urlOf('a')}'); INSERT INTO projects (name, url) VALUES ('a', '${urlOf('a')}')`,
  );
  before.close();
}

test('a database that a symbolic link leads to stays where it is when it is rewritten', async (t) => {
  const directory = await temporaryDirectory(t);
  const [file, link] = [join(directory, 'volume.db'), join(directory, 'gitmon.db')];
  earlierDatabase(file);
  symlinkSync(file, link);
  const store = openSqliteStore(link);
  await addProject(store, 'b', 3);
  await store.close();
  t.true(lstatSync(link).isSymbolicLink());
  const there = new DatabaseSync(file, { readOnly: true });
  t.teardown(() => there.close());
  t.is(there.prepare('PRAGMA auto_vacuum').get()?.['auto_vacuum'], 2);
  t.is(there.prepare('SELECT count(*) AS count FROM projects').get()?.['count'], 2);
});

test('a database of an earlier version is rewritten once, so that it can shrink', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  earlierDatabase(file);
  const told: string[] = [];
  const store = openSqliteStore(file, { warn: (message) => told.push(message) });
  t.is(told.length, 1);
  t.regex(told.join(), /is rewritten once/);
  t.is((await store.project('a'))?.state, 'pending');
  await addProject(store, 'b', 3000);
  await removeProject(store, 'b');
  await until(() => statSync(file).size < 200_000);
  await store.close();
  const again = openSqliteStore(file, { warn: (message) => told.push(message) });
  t.is(told.length, 1);
  await again.close();
});
