import type { DatabaseSync } from 'node:sqlite';
import type { AuthorStep } from '../../domain/history/count-by-author.ts';
import { number, text } from './values.ts';

/** Counting this many commits takes a millisecond, and one more where each is of another author. */
const stepSize = 1000;

/** A row of the index by author, in whose order commits are counted. */
export interface AuthorKey {
  /** Its rows; of another one the same key would be at another place. */
  readonly history: number;
  readonly author: number;
  readonly pos: number;
}

/** Counts the commits of a history by author, a bounded piece of work at a time. */
export function createAuthorCounter(db: DatabaseSync) {
  const rows =
    'FROM commits INDEXED BY commits_author WHERE history = ? AND (author, pos) > (?, ?)';
  const boundary = db.prepare(
    `SELECT author, pos ${rows} ORDER BY author, pos LIMIT 1 OFFSET ${stepSize - 1}`,
  );
  const grouped = `SELECT author, count(*) AS commits, (SELECT name FROM authors WHERE id = author) AS name ${rows}`;
  const rest = db.prepare(`${grouped} GROUP BY author`);
  const some = db.prepare(`${grouped} AND (author, pos) <= (?, ?) GROUP BY author`);

  return (
    history: number,
    after: AuthorKey = { history, author: -1, pos: 0 },
  ): AuthorStep<AuthorKey> => {
    const row = boundary.get(history, after.author, after.pos);
    const next = row && { history, author: number(row, 'author'), pos: number(row, 'pos') };
    const found =
      next === undefined
        ? rest.all(history, after.author, after.pos)
        : some.all(history, after.author, after.pos, next.author, next.pos);
    const authors = found.map((group) => ({
      id: number(group, 'author'),
      name: text(group, 'name'),
      commits: number(group, 'commits'),
    }));
    return { authors, next };
  };
}
