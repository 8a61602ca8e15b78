import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

test('a store that is closed leaves the database alone, with all that was written in it', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = openSqliteStore(join(directory, 'gitmon.db'));
  await store.projects();
  await store.check();
  await store.close();

  t.deepEqual(await readdir(directory), ['gitmon.db']);
});
