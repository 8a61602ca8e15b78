import { join } from 'node:path';
import test from 'ava';
import { connectWriter } from '../../../adapters/sqlite/connect.ts';
import { migrate } from '../../../adapters/sqlite/schema.ts';
import { createWriter } from '../../../adapters/sqlite/write.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

test('one step removes 2 MiB of commits of very many parents, and the steps remove all of them', async (t) => {
  const db = connectWriter(join(await temporaryDirectory(t), 'gitmon.db'));
  t.teardown(() => db.close());
  migrate(db, () => {});
  const writer = createWriter(db);
  const parents = Array.from({ length: 1000 }, (_, index) => fakeSha(index));
  writer.append(
    writer.begin(),
    0,
    fakeCommits(250, () => ({ parents })),
  );
  const left = () => Number(db.prepare('SELECT count(*) AS left FROM commits').get()?.['left']);
  const seen: number[] = [];
  while (left() > 0 && seen.length < 9) {
    t.is(writer.sweep(new Set()), 'more');
    seen.push(left());
  }
  // The parents of one take 20,000 bytes.
  t.deepEqual(seen, [145, 40, 0]);
});
