import type { DatabaseSync } from 'node:sqlite';
import type { DateCounts } from '../../domain/history/count-by-date.ts';
import { number, type Row } from './values.ts';

/** Counting this many commits takes about a millisecond. */
const stepSize = 1500;

/** A row of the index by committer date, in whose order commits are counted. */
export interface DateKey {
  /** Its rows; of another one the same key would be at another place. */
  readonly history: number;
  readonly committed: number;
  readonly pos: number;
}

/** From the first (inclusive) to the second (exclusive), in epoch seconds. */
export interface DateRange {
  readonly from: number;
  readonly to: number;
}

/** Counts the commits of a history by committer date, a bounded piece of work at a time however many are of one second. */
export function createCounter(db: DatabaseSync) {
  // One bound for each side: of two SQLite seeks by either, and then walks over all rows of one second.
  const rows =
    'FROM commits INDEXED BY commits_committed_pos WHERE history = ? AND (committed, pos) > (?, ?)';
  const boundary = db.prepare(
    `SELECT committed, pos ${rows} AND committed < ? ORDER BY committed, pos LIMIT 1 OFFSET ${stepSize - 1}`,
  );
  const byDay = (bound: string) =>
    db.prepare(
      `SELECT committed / 86400 AS day, count(*) AS commits ${rows} AND ${bound} GROUP BY day ORDER BY day`,
    );
  const byHour = (bound: string) =>
    db.prepare(
      `SELECT committed / 3600 % 24 AS hour, count(*) AS commits ${rows} AND ${bound} GROUP BY hour`,
    );
  const rest = { byDay: byDay('committed < ?'), byHour: byHour('committed < ?') };
  const upTo = '(committed, pos) <= (?, ?)';
  const some = { byDay: byDay(upTo), byHour: byHour(upTo) };

  return (history: number, { from, to }: DateRange, after?: DateKey): DateCounts<DateKey> => {
    const start = after ?? { committed: from - 1, pos: Number.MAX_SAFE_INTEGER };
    const key = [history, start.committed, start.pos] as const;
    const row = boundary.get(...key, to);
    const next = row && {
      history,
      committed: number(row, 'committed'),
      pos: number(row, 'pos'),
    };
    const [statement, bound] =
      next === undefined ? [rest, [to]] : [some, [next.committed, next.pos]];
    const commits = (found: Row) => number(found, 'commits');
    return {
      days: statement.byDay
        .all(...key, ...bound)
        .map((found) => ({ day: number(found, 'day'), commits: commits(found) })),
      hours: statement.byHour
        .all(...key, ...bound)
        .map((found) => ({ hour: number(found, 'hour'), commits: commits(found) })),
      next,
    };
  };
}
