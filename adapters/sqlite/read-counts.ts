import type { DatabaseSync } from 'node:sqlite';
import type { AuthorStep } from '../../domain/history/count-by-author.ts';
import type { DateCounts } from '../../domain/history/count-by-date.ts';
import { historyMoved, type HistoryVersion } from '../../domain/index.ts';
import { createAuthorCounter, type AuthorKey } from './count-by-author.ts';
import { createCounter, type DateKey, type DateRange } from './count-by-date.ts';
import type { HistoryReader } from './read-histories.ts';
import { transaction } from './transactions.ts';

/** Counts commits, a bounded piece of work at a time. Each step @throws DomainError `history_moved`. */
export function readCounts(db: DatabaseSync, histories: HistoryReader) {
  const count = createCounter(db);
  const countByAuthor = createAuthorCounter(db);
  /** Of another history the same key would be at another place. */
  const rowsOf = (of: HistoryVersion, after: { readonly history: number } | undefined) => {
    const history = histories.idOf(of);
    if (after !== undefined && after.history !== history) throw historyMoved();
    return history;
  };

  return {
    countStep: (
      of: HistoryVersion,
      range: DateRange,
      after: DateKey | undefined,
    ): DateCounts<DateKey> =>
      transaction(db, 'BEGIN', () => count(rowsOf(of, after), range, after)),

    authorsStep: (of: HistoryVersion, after: AuthorKey | undefined): AuthorStep<AuthorKey> =>
      transaction(db, 'BEGIN', () => countByAuthor(rowsOf(of, after), after)),
  };
}
