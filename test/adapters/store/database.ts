import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ExecutionContext } from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { batchesOf } from './batches.ts';
import { fakeSha, type fakeCommits } from '../../kit/fake-ports.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

export const url = 'https://example.org/a.git';
export const at = 1_750_000_000;

/** A history of that tip, as a refresh saves it. */
export function history(tip: number) {
  const facts = { url, defaultBranch: 'main', at, nextRefreshAt: at, tipChangedAt: at };
  return { ...facts, tip: fakeSha(tip) };
}

/** A database with one project, closed again. */
export async function databaseOf(t: ExecutionContext, commits: ReturnType<typeof fakeCommits>) {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const store = openSqliteStore(file);
  await store.saveHistory(history(commits.length), Readable.from(batchesOf(commits)));
  await store.saveProject({ name: 'a', url, maxProjects: 10 });
  await store.close();
  return file;
}
