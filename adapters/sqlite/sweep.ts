import type { DatabaseSync } from 'node:sqlite';
import { number, numberOrNull } from './values.ts';

/** Rows deleted by one step, how many bytes of parents and messages they hold, and authors looked at: others want to write meanwhile. */
const commitsPerStep = 5000;
const bytesPerStep = 2 * 1024 * 1024;
const authorsPerStep = 500;

/** More authors are not written to new pages: the transaction would hold up other writes, some 10 ms for so many. */
const mostRewritten = 20_000;

/** Free pages given back to the file system by one step. */
const pagesPerStep = 500;

/** What a step of the sweep has found: more to do, nothing, or that all is done and something has gone since the last time. */
export type SweepStep = 'more' | 'nothing' | 'removed';

interface Surroundings {
  /** Runs work in one transaction. */
  readonly write: <Result>(work: () => Result) => Result;
  /** Is told that ids of authors are no longer valid. */
  readonly authorsRemoved: () => void;
}

/**
 * Deletes in short transactions what nothing refers to any more: histories that no url has, then authors without commits;
 * then gives the free pages back to the file system.
 */
export function createSweep(db: DatabaseSync, { write, authorsRemoved }: Surroundings) {
  const statement = {
    unused: db.prepare(
      'SELECT id FROM histories WHERE id NOT IN (SELECT history FROM urls WHERE history IS NOT NULL)',
    ),
    // The lengths are in the rows' headers, so that what they are of is not read.
    lowest: db.prepare(
      `SELECT pos, length(parents) + octet_length(message) AS bytes FROM commits
       WHERE history = ? ORDER BY pos LIMIT ${commitsPerStep}`,
    ),
    commits: db.prepare('DELETE FROM commits WHERE history = ? AND pos <= ?'),
    moves: db.prepare('DELETE FROM moves WHERE history = ?'),
    history: db.prepare('DELETE FROM histories WHERE id = ?'),
    lastAuthor: db.prepare(
      `SELECT max(id) AS id FROM (SELECT id FROM authors WHERE id > ? ORDER BY id LIMIT ${authorsPerStep})`,
    ),
    // Of each history only one index entry an author is read (a skip-scan).
    authors: db.prepare(
      `WITH RECURSIVE used (history, author) AS (
         SELECT id, (SELECT min(author) FROM commits INDEXED BY commits_author
                     WHERE history = histories.id AND author > :after AND author <= :last)
         FROM histories
         UNION ALL
         SELECT history, (SELECT min(author) FROM commits INDEXED BY commits_author
                          WHERE history = used.history AND author > used.author AND author <= :last)
         FROM used WHERE author IS NOT NULL
       )
       DELETE FROM authors WHERE id > :after AND id <= :last
         AND id NOT IN (SELECT author FROM used WHERE author IS NOT NULL)`,
    ),
    freePages: db.prepare('PRAGMA freelist_count'),
  };
  const canShrink = number(db.prepare('PRAGMA auto_vacuum').get() ?? {}, 'auto_vacuum') === 2;
  const freePages = () => number(statement.freePages.get() ?? {}, 'freelist_count');

  // After which author the search for those without commits goes on; at first for what an earlier run has left.
  let after: number | undefined = 0;
  let isAuthorGone = false;
  let isSomethingGone = false;

  /** Up to where a step deletes the rows of a history; undefined where it has none. */
  const lastOfStep = (history: number): number | undefined => {
    let last: number | undefined;
    let size = 0;
    for (const row of statement.lowest.iterate(history)) {
      last = number(row, 'pos');
      size += number(row, 'bytes');
      if (size >= bytesPerStep) break;
    }
    return last;
  };

  const sweepHistories = (growing: ReadonlySet<number>): boolean =>
    write(() => {
      const unused = statement.unused.all().map((row) => number(row, 'id'));
      const id = unused.find((history) => !growing.has(history));
      if (id === undefined) return false;
      commitsRemoved();
      const last = lastOfStep(id);
      if (last !== undefined) {
        statement.commits.run(id, last);
        return true;
      }
      statement.moves.run(id);
      statement.history.run(id);
      return true;
    });

  const sweepAuthors = (): boolean => {
    if (after === undefined) return false;
    const from = after;
    write(() => {
      const last = numberOrNull(statement.lastAuthor.get(from) ?? {}, 'id');
      if (last === null) {
        if (isAuthorGone) rewriteAuthors(db);
        isAuthorGone = false;
        after = undefined;
        return;
      }
      after = last;
      if (Number(statement.authors.run({ after: from, last }).changes) === 0) return;
      authorsRemoved();
      isAuthorGone = true;
      isSomethingGone = true;
    });
    return true;
  };

  const shrink = (): boolean => {
    const before = canShrink ? freePages() : 0;
    if (before === 0) return false;
    db.exec(`PRAGMA incremental_vacuum(${pagesPerStep})`);
    return freePages() < before;
  };

  function commitsRemoved(): void {
    after = 0;
    isSomethingGone = true;
  }

  return {
    /** Has authors looked for that have no commits any more. */
    commitsRemoved,

    /** @param growing histories that are being written */
    step(growing: ReadonlySet<number>): SweepStep {
      if (sweepHistories(growing) || sweepAuthors() || shrink()) return 'more';
      if (!isSomethingGone) return 'nothing';
      isSomethingGone = false;
      return 'removed';
    },
  };
}

/**
 * Writes the authors to new pages. In pages that it has rebalanced SQLite leaves copies of rows that are deleted later, which
 * `secure_delete` does not reach. Of very many authors they stay there.
 */
function rewriteAuthors(db: DatabaseSync): void {
  const more = db.prepare(`SELECT 1 FROM authors LIMIT 1 OFFSET ${mostRewritten}`).get();
  if (more !== undefined) return;
  db.exec(`
    CREATE TABLE authors_rewritten (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    INSERT INTO authors_rewritten SELECT id, name FROM authors ORDER BY id;
    DROP TABLE authors;
    ALTER TABLE authors_rewritten RENAME TO authors;
  `);
}
