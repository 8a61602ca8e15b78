import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import test from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { fakeCommits, fakeSha } from '../../helpers/fake-ports.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
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
  t.truthy(await store.tracked(url));
  await store.close();

  const again = openSqliteStore(file);
  t.is(await again.tracked(url), undefined);
  // Each part of the sweep comes before what is asked after it.
  for (let part = 0; part < 5; part++) await again.check();
  await again.close();
  const db = new DatabaseSync(file);
  for (const table of ['urls', 'histories', 'commits', 'rewrites', 'lost_commits']) {
    t.is(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'], 0, table);
  }
  db.close();
});

test('a store that is closed refuses to write, and does not let anybody wait', async (t) => {
  const store = openSqliteStore(join(await temporaryDirectory(t), 'gitmon.db'));
  await store.close();
  await t.throwsAsync(store.check(), { code: 'store_unavailable' });
});

testStore(test, async (t) => {
  const store = openSqliteStore(join(await temporaryDirectory(t), 'gitmon.db'));
  t.teardown(() => store.close());
  return store;
});
