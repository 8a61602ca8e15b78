import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import test from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { fakeCommits, fakeSha } from '../../helpers/fake-ports.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { watchLog } from '../../helpers/watch-log.ts';

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
