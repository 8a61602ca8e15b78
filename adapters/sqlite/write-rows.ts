import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Commit } from '../../domain/index.ts';
import { zoneOf } from './rows.ts';
import { number } from './values.ts';

/** So many ids of authors are remembered: a history has a few hundred mostly. */
const maxRemembered = 10_000;

/** Makes rows of commits. */
export function createRowWriter(db: DatabaseSync) {
  const statement = {
    commit: db.prepare('INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    author: db.prepare('SELECT id FROM authors WHERE name = ?'),
    newAuthor: db.prepare('INSERT INTO authors (name) VALUES (?) RETURNING id'),
  };
  const authorIds = new Map<string, number>();
  const authorId = (name: string): number => {
    const remembered = authorIds.get(name);
    if (remembered !== undefined) return remembered;
    const row = statement.author.get(name) ?? statement.newAuthor.get(name) ?? {};
    const id = number(row, 'id');
    if (authorIds.size >= maxRemembered) authorIds.clear();
    authorIds.set(name, id);
    return id;
  };

  return {
    /** The columns of a commit from `sha` on; adds its author. */
    valuesOf: (commit: Commit): readonly SQLInputValue[] => [
      Buffer.from(commit.sha, 'hex'),
      Buffer.from(commit.parents.join(''), 'hex'),
      authorId(commit.author),
      commit.authoredAt,
      zoneOf(commit),
      commit.committedAt,
      commit.message,
    ],

    insert: (history: number, pos: number, values: readonly SQLInputValue[]): void =>
      void statement.commit.run(history, pos, ...values),

    /** To be called where authors may have gone, by a rollback or a sweep. */
    forgetAuthors: (): void => authorIds.clear(),
  };
}

export type RowWriter = ReturnType<typeof createRowWriter>;
