import type { DatabaseSync } from 'node:sqlite';
import { number, type Row } from './values.ts';

/** Counting this many commits takes a millisecond or two. */
const stepSize = 5000;

/** What one step counted. */
export interface Counted {
  readonly days: readonly { readonly day: number; readonly commits: number }[];
  /** Hours of the day, UTC. */
  readonly hours: readonly { readonly hour: number; readonly commits: number }[];
  /** Where the next step begins, in epoch seconds; undefined at the end. */
  readonly next: number | undefined;
}

/** Counts the commits of a history by committer date, a bounded piece of work at a time unless one second has very many. */
export function createCounter(db: DatabaseSync) {
  const rows =
    'FROM commits INDEXED BY commits_committed_pos WHERE history = ? AND committed >= ? AND committed < ?';
  const boundary = db.prepare(
    `SELECT committed ${rows} ORDER BY committed LIMIT 1 OFFSET ${stepSize}`,
  );
  const byDay = db.prepare(
    `SELECT committed / 86400 AS day, count(*) AS commits ${rows} GROUP BY day ORDER BY day`,
  );
  const byHour = db.prepare(
    `SELECT committed / 3600 % 24 AS hour, count(*) AS commits ${rows} GROUP BY hour`,
  );

  return (
    history: number,
    { from, to }: { readonly from: number; readonly to: number },
  ): Counted => {
    const row = boundary.get(history, from, to);
    const next = row && Math.max(number(row, 'committed'), from + 1);
    const range = [history, from, next ?? to] as const;
    const commits = (found: Row) => number(found, 'commits');
    return {
      days: byDay
        .all(...range)
        .map((found) => ({ day: number(found, 'day'), commits: commits(found) })),
      hours: byHour
        .all(...range)
        .map((found) => ({ hour: number(found, 'hour'), commits: commits(found) })),
      next,
    };
  };
}
