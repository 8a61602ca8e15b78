import test from 'ava';
import { connectWriter } from '../../../adapters/sqlite/connect.ts';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { createWriter } from '../../../adapters/sqlite/write.ts';
import { at, databaseOf, history } from './database.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';

test('of very many authors 100,000 are counted', async (t) => {
  const file = await databaseOf(t, fakeCommits(1));
  const db = connectWriter(file);
  t.teardown(() => db.close());
  db.exec('PRAGMA synchronous = OFF');
  db.prepare(
    `WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 100010)
     INSERT INTO commits SELECT history, number, CAST(number AS BLOB), x'', 10 + number, ?1, '+0000', ?1 + number / 1000, ''
     FROM numbers, urls`,
  ).run(at - 1000);
  const writer = createWriter(db);
  const steps = writer.touchHistory({ ...history(1), at: at + 7200 });
  let taken = 0;
  while (steps.next().done !== true) taken++;
  t.is(taken, 10);
  const row = db.prepare('SELECT activity FROM urls').get();
  t.regex(String(row?.['activity']), /^100000 100000 100000 /);
});

test('of the changes of a history the newest 1,000 are remembered: older places have moved', async (t) => {
  const file = await databaseOf(t, fakeCommits(2));
  const db = connectWriter(file);
  db.exec('PRAGMA synchronous = OFF');
  const writer = createWriter(db);
  for (let tip = 3; tip <= 1003; tip++) {
    const fresh = fakeCommits(tip).slice(0, 1);
    const steps = writer.extend(history(tip), fakeSha(tip - 1), { fresh, lost: [] });
    if (steps.next().done !== true) t.fail();
  }
  t.is(db.prepare('SELECT count(*) AS moves FROM moves').get()?.['moves'], 1000);
  db.close();
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const from = (tip: number) => ({ tip: fakeSha(tip), commits: tip, skip: 0 });
  t.is(await store.commits('a', { from: from(2), limit: 1 }), 'moved');
  t.like(await store.commits('a', { from: from(3), limit: 1 }), { commits: [{ sha: fakeSha(3) }] });
});
