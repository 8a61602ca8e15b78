import { join } from 'node:path';
import test from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { testStore } from './contract.ts';

testStore(test, async (t) => {
  const store = openSqliteStore(join(await temporaryDirectory(t), 'gitmon.db'));
  t.teardown(() => store.close());
  return store;
});
