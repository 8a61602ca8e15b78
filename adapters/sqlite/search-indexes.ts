import type { DatabaseSync } from 'node:sqlite';
import { isByDate } from '../../domain/history/commit-filter.ts';
import { maxPageBytes, storedBytes } from '../../domain/history/page-bytes.ts';
import type { CommitFilter } from '../../domain/index.ts';
import { commitColumns, toCommit } from './rows.ts';
import {
  all,
  atMost,
  beyond,
  dates,
  datesFrom,
  equals,
  holds,
  indexOf,
  orderOf,
  orOver,
} from './search-conditions.ts';
import {
  createStatementCache,
  type RowHit,
  type RowKey,
  type RowStep,
  type SearchedRows,
  type StepClock,
} from './search-step.ts';
import { number, numberOrNull, type Row } from './values.ts';

/** Looks through the index that fits a filter best. */
export function searchIndexes(db: DatabaseSync, clock: StepClock) {
  db.function('contains', { deterministic: true }, (message, lowerCase) =>
    Number(String(message).toLowerCase().includes(String(lowerCase))),
  );
  // Asked of each row that does not fit: the one at which the time is over ends the step, as a row of it.
  let isOver = false;
  db.function('step_is_over', () => Number((isOver ||= performance.now() >= clock.deadline)));
  const prepare = createStatementCache(db);

  return (
    { history, top, author }: SearchedRows,
    filter: CommitFilter,
    from: RowKey,
    limit: number,
  ): RowStep => {
    const isDated = isByDate(filter);
    const others = isDated ? [atMost(top)] : [...dates(filter), ...holds(filter.text)];
    const [text, values] = all(
      ['history = ?', [history]],
      ...(author === undefined ? [] : [equals('author', author)]),
      ...(isDated ? datesFrom(filter, from) : [beyond(from)]),
      ...(others.length === 0 ? [] : [orOver(all(...others))]),
    );
    const found = prepare(
      `SELECT ${commitColumns} FROM commits ${indexOf(filter)} JOIN authors ON id = author
       WHERE ${text} ORDER BY ${orderOf(filter, from.side)} LIMIT ?`,
    ).iterate(...values, limit);
    isOver = false;
    const hits: RowHit[] = [];
    let size = 0;
    for (const row of found) {
      if (isOver) return { hits, next: keyOf(row, from.side) };
      const hit = { commit: toCommit(row), pos: number(row, 'pos') };
      hits.push(hit);
      size += storedBytes(hit.commit);
      if (size >= maxPageBytes) return { hits, next: keyOf(row, from.side) };
    }
    return { hits, next: undefined };
  };
}

function keyOf(row: Row, side: RowKey['side']): RowKey {
  return { pos: number(row, 'pos'), committed: numberOrNull(row, 'committed'), side };
}
