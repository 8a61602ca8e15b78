import type { DatabaseSync } from 'node:sqlite';
import { byCommits } from '../../domain/history/authors.ts';
import type { AuthorCount, AuthorCounts } from '../../domain/index.ts';
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

/** What one step counted. */
export interface AuthorStep {
  /** By author; the last one may go on in the next step. */
  readonly authors: readonly (AuthorCount & { readonly author: number })[];
  /** Undefined at the end. */
  readonly next: AuthorKey | undefined;
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

  return (history: number, after: AuthorKey = { history, author: -1, pos: 0 }): AuthorStep => {
    const row = boundary.get(history, after.author, after.pos);
    const next = row && { history, author: number(row, 'author'), pos: number(row, 'pos') };
    const found =
      next === undefined
        ? rest.all(history, after.author, after.pos)
        : some.all(history, after.author, after.pos, next.author, next.pos);
    const authors = found.map((group) => ({
      author: number(group, 'author'),
      name: text(group, 'name'),
      commits: number(group, 'commits'),
    }));
    return { authors, next };
  };
}

/**
 * Counts step by step.
 * @param pause is awaited between two steps
 */
export async function countAuthors(
  limit: number,
  count: (after: AuthorKey | undefined) => Promise<AuthorStep>,
  pause: () => Promise<void>,
): Promise<AuthorCounts> {
  let most: readonly AuthorCount[] = [];
  let total = 0;
  let open: AuthorStep['authors'][number] | undefined;
  const close = (authors: AuthorStep['authors']) => {
    total += authors.length;
    const named = authors.map(({ name, commits }) => ({ name, commits }));
    most = [...most, ...named].toSorted(byCommits).slice(0, limit);
  };
  for (let after: AuthorKey | undefined; ;) {
    const step = await count(after);
    const [first, ...others] = step.authors;
    const joined =
      open !== undefined && first?.author === open.author
        ? [{ ...open, commits: open.commits + first.commits }, ...others]
        : [...(open ? [open] : []), ...step.authors];
    open = joined.at(-1);
    close(joined.slice(0, -1));
    after = step.next;
    if (after === undefined) break;
    await pause();
  }
  close(open ? [open] : []);
  return { total, most };
}
