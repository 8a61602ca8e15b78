import type { DatabaseSync } from 'node:sqlite';
import { batchSize, takeBatch } from '../../domain/history/page-bytes.ts';
import { pageTop } from '../../domain/history/page-start.ts';
import {
  isCursorStable,
  type SearchQuery,
  type SearchStep,
} from '../../domain/history/search-rows.ts';
import { historyMoved, type Commit, type CommitPage, type PageStart } from '../../domain/index.ts';
import { findByPrefix } from './commits-by-prefix.ts';
import type { HistoryReader } from './read-histories.ts';
import { commitColumns, toCommit } from './rows.ts';
import { createSearch } from './search.ts';
import { transaction } from './transactions.ts';
import type { Row } from './values.ts';

/** Reads pages and batches of commits. */
export function readCommits(db: DatabaseSync, histories: HistoryReader) {
  const search = createSearch(db);
  const byPrefix = findByPrefix(db);
  const below = db.prepare(
    `SELECT ${commitColumns} FROM commits JOIN authors ON id = author
     WHERE history = ? AND pos < ? ORDER BY pos DESC LIMIT ?`,
  );

  return {
    commits(
      name: string,
      { from, limit }: { readonly from?: PageStart; readonly limit: number },
    ): CommitPage | 'moved' | undefined {
      return transaction(db, 'BEGIN', () => {
        const found = histories.ofProject(name);
        if (found === undefined) return undefined;
        const { project, rows } = found;
        if (rows === undefined) return { project, commits: [] };
        const { history, root } = rows;
        const top = pageTop(from, project, () => histories.reorders(history));
        if (top === 'moved') return 'moved';
        const count = Math.min(limit, Number.MAX_SAFE_INTEGER);
        return { project, commits: below.all(history, root + top, count).map(toCommit) };
      });
    },

    /**
     * A batch of the commits below a place of the history of a url, or all that are left.
     * @throws DomainError `history_moved` where they are not where they were
     */
    batchBelow(url: string, from: PageStart): readonly Commit[] {
      return transaction(db, 'BEGIN', () => {
        const { facts, rows } = histories.ofUrl(url);
        const { history, root } = rows;
        const top = pageTop(from, facts, () => histories.reorders(history));
        if (top === 'moved') throw historyMoved();
        // Reading rows that are not taken costs less than taking them one by one.
        return takeBatch(inTurn(below.all(history, root + top, batchSize)));
      });
    },

    /** A bounded piece of a search, which goes on from a cursor, or begins where that is undefined. */
    searchStep(
      name: string,
      { filter, from, limit }: SearchQuery,
    ): SearchStep | 'moved' | undefined {
      return transaction(db, 'BEGIN', () => {
        const found = histories.ofProject(name);
        if (found === undefined) return undefined;
        const { project, rows } = found;
        if (rows === undefined) return { project, hits: [], next: undefined };
        const readReorders = () => histories.reorders(rows.history);
        if (from !== undefined && !isCursorStable(from, filter, project, readReorders)) {
          return 'moved';
        }
        const count = from?.commits ?? project.commits;
        const key = from ?? {
          position: count,
          committedAt: Number.MAX_SAFE_INTEGER,
          side: 'after',
        };
        return { project, ...search({ ...rows, count }, filter, key, limit) };
      });
    },

    commitsByPrefix(name: string, prefix: string): CommitPage | undefined {
      return transaction(db, 'BEGIN', () => {
        const found = histories.ofProject(name);
        if (found === undefined) return undefined;
        const { project, rows } = found;
        return { project, commits: rows === undefined ? [] : byPrefix(rows.history, prefix) };
      });
    },
  };
}

function* inTurn(rows: readonly Row[]): Generator<Commit> {
  for (const row of rows) yield toCommit(row);
}
