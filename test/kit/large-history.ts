import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { openSqliteStore } from '../../adapters/sqlite/sqlite.ts';
import { fakeCommits, fakeSha } from './fake-ports.ts';

/** What the commits of a large history have in common; each other one is the first parent of the next. */
interface LargeHistory {
  /** Project of that name and url. */
  readonly name: string;
  readonly url: string;
  readonly commits: number;
  /** An expression of SQL for the subject of the commit of `number`, counted from 1. */
  readonly subject: string;
  /** Likewise for the committer date, in epoch seconds. */
  readonly committed: string;
}

/**
 * Adds a history to the database of a server that does not run, in a second for each 200,000 commits: what the store would
 * write takes SQL alone.
 */
export async function writeLargeHistory(file: string, large: LargeHistory): Promise<void> {
  const { name, url, commits, subject, committed } = large;
  const store = openSqliteStore(file);
  const at = Date.now() / 1000;
  const facts = { url, defaultBranch: 'main', at, nextRefreshAt: at + 86_400, tipChangedAt: at };
  await store.saveHistory({ ...facts, tip: fakeSha(commits) }, Readable.from([fakeCommits(1)]));
  await store.saveProject({ name, url, maxProjects: 10 });
  await store.close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN');
  const { history } = db.prepare('SELECT history FROM urls WHERE url = ?').get(url) ?? {};
  if (typeof history !== 'number') throw new TypeError('the history was not saved');
  db.prepare('DELETE FROM commits WHERE history = ?').run(history);
  db.prepare(
    `WITH RECURSIVE numbers (number, sha, parents) AS (
       SELECT 1, ${shaOf('1')}, x''
       UNION ALL SELECT number + 1, ${shaOf('number + 1')}, sha FROM numbers WHERE number < ?
     )
     INSERT INTO commits (history, pos, sha, parents, author, authored, zone, committed, message)
     SELECT ?, number - 1, sha, parents, (SELECT min(id) FROM authors), ${committed}, '+0000', ${committed}, ${subject}
     FROM numbers`,
  ).run(commits, history);
  db.prepare('UPDATE urls SET commits = ?, root = 0 WHERE url = ?').run(commits, url);
  db.exec('COMMIT');
  db.close();
}

/** The name of a commit as `fakeSha` makes it. */
function shaOf(number: string): string {
  const word = `printf('%08x', ${number})`;
  return `unhex(${[word, word, word, word, word].join(' || ')})`;
}
