import type { DatabaseSync } from 'node:sqlite';
import {
  gapCommits,
  longestWindow,
  measureActivity,
  startOfWeek,
  weekOf,
  weeksKept,
  yearOf,
} from '../../domain/activity.ts';
import { fromActivity } from './rows.ts';
import { number } from './values.ts';

/** Measures how lively a history is, in epoch seconds, for its column. */
export function createMeasure(db: DatabaseSync): (history: number, now: number) => string {
  const statement = {
    newest: db.prepare(
      'SELECT committed FROM commits WHERE history = ? AND committed IS NOT NULL ORDER BY committed DESC LIMIT ?',
    ),
    recent: db.prepare(
      `SELECT author, max(committed) AS committed FROM commits INDEXED BY commits_committed
       WHERE history = ? AND committed >= ? GROUP BY author`,
    ),
    days: db.prepare(
      `SELECT committed / 86400 AS day, count(*) AS commits
       FROM commits INDEXED BY commits_committed_pos
       WHERE history = ? AND committed >= ? AND committed < ? GROUP BY day`,
    ),
  };

  const yearIn = (history: number, now: number) => {
    const week = weekOf(now);
    const [first, end] = [startOfWeek(week - weeksKept + 1), startOfWeek(week + 1)];
    const counts = new Map<number, number>();
    for (const row of statement.days.all(history, Math.max(0, first), end)) {
      const of = weekOf(number(row, 'day') * 86_400);
      counts.set(of, (counts.get(of) ?? 0) + number(row, 'commits'));
    }
    return yearOf(now, counts);
  };

  return (history, now) => {
    const since = now - longestWindow;
    const recent = statement.recent.all(history, since).map((row) => ({
      committedAt: number(row, 'committed'),
      author: number(row, 'author'),
    }));
    const newest = statement.newest.all(history, gapCommits).map((row) => number(row, 'committed'));
    return fromActivity({ ...measureActivity(now, recent, newest), weeks: yearIn(history, now) });
  };
}
