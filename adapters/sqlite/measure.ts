import type { DatabaseSync } from 'node:sqlite';
import {
  gapCommits,
  longestWindow,
  maxCountedAuthors,
  measureActivity,
  startOfWeek,
  weekOf,
  weeksKept,
  yearOf,
} from '../../domain/history/activity.ts';
import { fromActivity } from './rows.ts';
import type { Steps } from './steps.ts';
import { number } from './values.ts';

/** Commits that one step looks at; others want to write meanwhile. */
const commitsPerStep = 10_000;

/** Measures how lively a history is, in epoch seconds, for its column; a bounded piece of work at a time. */
export function createMeasure(db: DatabaseSync): (history: number, now: number) => Steps<string> {
  // Downwards, so that of each author the newest commit comes first.
  const rows = 'FROM commits INDEXED BY commits_committed WHERE history = ?';
  const below = '(committed, author, pos) < (?, ?, ?)';
  const stretch = `${rows} AND ${below} AND (committed, author, pos) >= (?, ?, ?)`;
  const statement = {
    newest: db.prepare(
      'SELECT committed FROM commits WHERE history = ? AND committed IS NOT NULL ORDER BY committed DESC LIMIT ?',
    ),
    boundary: db.prepare(
      `SELECT committed, author, pos ${rows} AND ${below} AND committed >= ?
       ORDER BY committed DESC, author DESC, pos DESC LIMIT 1 OFFSET ${commitsPerStep - 1}`,
    ),
    days: db.prepare(
      `SELECT committed / 86400 AS day, count(*) AS commits ${stretch} GROUP BY day`,
    ),
    authors: db.prepare(`SELECT author, max(committed) AS committed ${stretch} GROUP BY author`),
  };

  return function* measure(history, now) {
    const week = weekOf(now);
    const firstWeek = week - weeksKept + 1;
    const first = Math.max(0, startOfWeek(firstWeek));
    const since = now - longestWindow;
    const weeks = new Map<number, number>();
    const authors = new Map<number, number>();
    const end = Number.MAX_SAFE_INTEGER;
    let top: readonly [committed: number, author: number, pos: number] = [end, end, end];
    for (;;) {
      const row = statement.boundary.get(history, ...top, first);
      const bottom = row
        ? ([number(row, 'committed'), number(row, 'author'), number(row, 'pos')] as const)
        : ([first, -1, -end] as const);
      for (const found of statement.days.all(history, ...top, ...bottom)) {
        const of = weekOf(number(found, 'day') * 86_400);
        if (of < firstWeek || of > week) continue;
        weeks.set(of, (weeks.get(of) ?? 0) + number(found, 'commits'));
      }
      const oldest = bottom[0] < since ? ([since, -1, -end] as const) : bottom;
      if (top[0] >= since && authors.size < maxCountedAuthors) {
        for (const found of statement.authors.all(history, ...top, ...oldest)) {
          const author = number(found, 'author');
          if (!authors.has(author)) authors.set(author, number(found, 'committed'));
        }
      }
      if (row === undefined) break;
      top = bottom;
      yield;
    }
    const recent = [...authors]
      .slice(0, maxCountedAuthors)
      .map(([author, committedAt]) => ({ author, committedAt }));
    const newest = statement.newest.all(history, gapCommits).map((row) => number(row, 'committed'));
    return fromActivity({ ...measureActivity(now, recent, newest), weeks: yearOf(now, weeks) });
  };
}
