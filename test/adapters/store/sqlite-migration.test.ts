import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { migrations } from '../../../adapters/sqlite/schema.ts';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { fakeSha } from '../../kit/fake-ports.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

const url = 'https://example.org/red.git';

/** A database as the first version of its schema left it: a history under two names, and a name without one. */
async function firstVersion(t: ExecutionContext): Promise<string> {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const db = new DatabaseSync(file);
  db.exec(`${migrations[0]}; PRAGMA user_version = 1`);
  db.exec(`
    INSERT INTO urls VALUES
      ('${url}', 7, -3, 3, '${fakeSha(3)}', 'main', 1700000003, 1700000004.5, 1700000006, 1700000005, 'tls', 1,
       1700000100, '1 2 3 60 120'),
      ('https://example.org/blue.git', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL);
    INSERT INTO projects VALUES ('red', '${url}'), ('rouge', '${url}'), ('blue', 'https://example.org/blue.git');
    INSERT INTO histories VALUES (7);
    INSERT INTO authors VALUES (1, 'Ada'), (2, 'Бob');
    INSERT INTO moves (history, tip_before, lowest) VALUES (7, '${fakeSha(9)}', 2);
    INSERT INTO rewrites VALUES (4, '${url}', 1700000004.5, '${fakeSha(9)}', '${fakeSha(3)}', 1);
  `);
  const commit = db.prepare('INSERT INTO commits VALUES (7, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (const number of [1, 2, 3]) {
    const time = 1_700_000_000 + number;
    const parent = number === 1 ? '' : fakeSha(number - 1);
    const names = [fakeSha(number), parent].map((name) => Buffer.from(name, 'hex'));
    const [sha = '', parents = ''] = names;
    commit.run(number - 4, sha, parents, 1 + (number % 2), time, '+0100', time, `Change ${number}`);
  }
  db.prepare('INSERT INTO lost_commits VALUES (4, 0, ?, ?, ?, ?)').run(
    Buffer.from(fakeSha(9), 'hex'),
    'Ada',
    1_700_000_001,
    'Lost',
  );
  db.close();
  return file;
}

const versionOf = (file: string) => {
  const db = new DatabaseSync(file, { readOnly: true });
  const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
  db.close();
  return version;
};

test('a database of an earlier version is brought to the newest one once, which is told before', async (t) => {
  const file = await firstVersion(t);
  const told: string[] = [];
  const open = async () => {
    const store = openSqliteStore(file, { warn: (message) => told.push(message) });
    await store.close();
  };
  await open();
  t.is(
    told.at(-1),
    `${file} is brought from schema 1 to ${migrations.length}, which may take minutes; the server listens afterwards.`,
  );
  const before = told.length;
  await open();
  t.is(told.length, before);
});

test('a database of the first version is brought to the newest one, and all that was in it is there', async (t) => {
  const file = await firstVersion(t);
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  t.is(versionOf(file), migrations.length);
  t.deepEqual(
    (await store.projects()).map(({ name, state, addedAt }) => [name, state, addedAt]),
    [
      ['blue', 'pending', null],
      ['red', 'failing', null],
      ['rouge', 'failing', null],
    ],
  );
  t.like(await store.project('red'), {
    url,
    commits: 3,
    tip: fakeSha(3),
    defaultBranch: 'main',
    tipCommittedAt: 1_700_000_003,
    tipChangedAt: 1_700_000_004.5,
    lastAttemptAt: 1_700_000_006,
    lastSuccessAt: 1_700_000_005,
    lastOutcome: 'tls',
    failures: 1,
    nextRefreshAt: 1_700_000_100,
    activity: { authors: { d7: 1, d30: 2, d90: 3 }, gapSeconds: { p50: 60, p95: 120 } },
  });
  const page = await store.commits('rouge', { limit: 10 });
  t.deepEqual(
    page === 'moved' ? [] : page?.commits.map(({ sha, author, date }) => [sha, author, date]),
    [
      [fakeSha(3), 'Бob', 'Tue Nov 14 23:13:23 2023 +0100'],
      [fakeSha(2), 'Ada', 'Tue Nov 14 23:13:22 2023 +0100'],
      [fakeSha(1), 'Бob', 'Tue Nov 14 23:13:21 2023 +0100'],
    ],
  );
  t.deepEqual((await store.rewrites('red', { limit: 10 })).rewrites, [
    { at: 1_700_000_004.5, oldTip: fakeSha(9), newTip: fakeSha(3), lost: 1 },
  ]);
  const lost = await store.lostCommits('red', fakeSha(3), { start: 0, limit: 1 });
  t.is(lost?.commits[0]?.message, 'Lost');

  // By the indexes of the second version, and a place of the tip that was lost.
  const filter = { author: 'Бob', since: 1_700_000_001 };
  const found = await store.search('red', { filter, limit: 10 });
  t.deepEqual(found === 'moved' ? [] : found?.commits.map(({ message }) => message), [
    'Change 3',
    'Change 1',
  ]);
  const from = { tip: fakeSha(9), commits: 3, skip: 1 };
  const below = await store.commits('red', { from, limit: 10 });
  t.deepEqual(below === 'moved' ? [] : below?.commits.map(({ message }) => message), [
    'Change 2',
    'Change 1',
  ]);
});

test('a database that has been brought up to date is written and opened as any other', async (t) => {
  const file = await firstVersion(t);
  await openSqliteStore(file).close();
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const named = await store.saveProject({ name: 'third', url, maxProjects: 10, at: 1_700_000_200 });
  t.like(named, { project: { name: 'third', addedAt: 1_700_000_200, commits: 3 } });
  t.is(await store.removeProject('red'), url);
  await store.check();
  const again = openSqliteStore(file);
  t.teardown(() => again.close());
  t.deepEqual(
    (await again.projects()).map(({ name }) => name),
    ['blue', 'rouge', 'third'],
  );
});

test('a history with a commit of more than 1,000 parents, which earlier versions took, is to be fetched anew', async (t) => {
  const file = await firstVersion(t);
  const db = new DatabaseSync(file);
  db.exec(`
    INSERT INTO urls SELECT 'https://example.org/wide.git', 8, root, commits, tip, default_branch, tip_committed_at,
      tip_changed_at, last_attempt_at, last_success_at, last_outcome, failures, next_refresh_at, activity
      FROM urls WHERE url = '${url}';
    INSERT INTO projects VALUES ('wide', 'https://example.org/wide.git');
    INSERT INTO histories VALUES (8);
    INSERT INTO commits SELECT 8, pos, sha, zeroblob(CASE pos WHEN -2 THEN 20020 ELSE 20000 END), author, authored, zone,
      committed, message FROM commits;
    UPDATE commits SET parents = zeroblob(20000) WHERE history = 7 AND pos = -2;
  `);
  db.close();
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  t.like(await store.project('wide'), {
    state: 'pending',
    tip: null,
    commits: 0,
    nextRefreshAt: 0,
  });
  t.deepEqual(await store.commits('wide', { limit: 1 }), {
    project: await store.project('wide'),
    commits: [],
  });
  t.true((await store.due(1)).some((due) => due.url === 'https://example.org/wide.git'));
  t.like(await store.project('red'), { state: 'failing', tip: fakeSha(3), commits: 3 });
  const page = await store.commits('red', { limit: 3 });
  t.is(page === 'moved' ? undefined : page?.commits[1]?.parents.length, 1000);
});
