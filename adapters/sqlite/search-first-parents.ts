import type { DatabaseSync } from 'node:sqlite';
import { maxPageBytes, storedBytes } from '../../domain/history/page-bytes.ts';
import type { CommitFilter } from '../../domain/index.ts';
import { commitColumns, toCommit } from './rows.ts';
import { all, dates, equals, holds } from './search-conditions.ts';
import {
  createStatementCache,
  type RowHit,
  type RowKey,
  type RowStep,
  type SearchedRows,
  type StepClock,
} from './search-step.ts';
import { number } from './values.ts';

/** Follows first parents downwards, from a commit that has been seen or from the newest one, by the index of names. */
export function searchFirstParents(db: DatabaseSync, clock: StepClock) {
  const prepare = createStatementCache(db);
  const atPos = db.prepare(
    `SELECT ${commitColumns} FROM commits JOIN authors ON id = author WHERE history = ? AND pos = ?`,
  );

  return (
    { history, top, author }: SearchedRows,
    filter: CommitFilter,
    from: RowKey,
    limit: number,
  ): RowStep => {
    const [fits, values] = all(
      ...(author === undefined ? [] : [equals('author', author)]),
      ...dates(filter),
      ...holds(filter.text),
    );
    const columns = `pos, nullif(substr(parents, 1, length(sha)), x'') AS parent, ${fits} AS fits`;
    const first = prepare(`SELECT ${columns} FROM commits WHERE history = ? AND pos = ?`);
    const next = prepare(
      `SELECT ${columns} FROM commits INDEXED BY commits_sha WHERE history = ? AND sha = ?`,
    );
    const hits: RowHit[] = [];
    let size = 0;
    // The row of the key has been seen; the very first one has not.
    let isSeen = from.pos < top;
    let row = first.get(...values, history, isSeen ? from.pos : top - 1);
    while (row !== undefined) {
      const pos = number(row, 'pos');
      if (!isSeen && row['fits'] === 1) {
        const commit = toCommit(atPos.get(history, pos) ?? {});
        hits.push({ commit, pos });
        size += storedBytes(commit);
      }
      const isEnough =
        hits.length >= limit || size >= maxPageBytes || performance.now() >= clock.deadline;
      if (isEnough && !isSeen) return { hits, next: { pos, committed: null, side: 'after' } };
      isSeen = false;
      const { parent } = row;
      row = parent instanceof Uint8Array ? next.get(...values, history, parent) : undefined;
    }
    return { hits, next: undefined };
  };
}
