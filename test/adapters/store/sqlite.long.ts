import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import test from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { until } from '../../kit/until.ts';
import { watchLog } from './watch-log.ts';

test('what removing a great history leaves in the log of SQLite is moved to the database, however long it takes', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const shortened = watchLog(t, file);
  const url = 'https://example.org/a.git';
  const history = { url, tip: fakeSha(1), defaultBranch: 'main', at: 1, nextRefreshAt: 2 };
  const save = (batches: Readable) => store.saveHistory({ ...history, tipChangedAt: 1 }, batches);
  const commits = fakeCommits(300_000);
  const batches = Array.from({ length: 100 }, (_, part) =>
    commits.slice(part * 3000, (part + 1) * 3000),
  );
  await save(Readable.from(batches));
  await save(Readable.from([]));

  const db = new DatabaseSync(file, { readOnly: true });
  t.teardown(() => db.close());
  const left = db.prepare('SELECT 1 FROM commits LIMIT 1');
  await shortened(() => left.get() === undefined);
  t.pass();
});

test('however often a great history comes and goes, the files are no larger than with one', async (t) => {
  t.timeout(300_000);
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const bytes = () => [file, `${file}-wal`].reduce((sum, part) => sum + statSync(part).size, 0);
  const url = 'https://example.org/a.git';
  const commits = 30_000;
  // Other authors each time.
  const add = async (round: number) => {
    const all = fakeCommits(commits, (number) => ({
      author: `Author ${number % 10_000} of round ${round}`,
      message: `Change ${number} `.repeat(20),
    }));
    const batches = Array.from({ length: commits / 250 }, (_, part) =>
      all.slice(part * 250, (part + 1) * 250),
    );
    const history = { url, tip: fakeSha(commits), defaultBranch: 'main', at: 1, nextRefreshAt: 2 };
    await store.saveHistory({ ...history, tipChangedAt: 1 }, Readable.from(batches));
    await store.saveProject({ name: 'a', url, maxProjects: 1 });
  };
  await add(0);
  // The log is full of what was written, and shortened soon.
  await until(() => statSync(`${file}-wal`).size <= 4 * 1024 ** 2);
  const one = bytes();
  for (let round = 1; round <= 20; round++) {
    await store.removeProject('a');
    await store.dropHistory(url);
    await add(round);
  }
  await until(() => bytes() <= 1.2 * one);
  await store.removeProject('a');
  await store.dropHistory(url);
  await until(() => bytes() < 200_000);
  t.pass();
});
