import type { SQLInputValue } from 'node:sqlite';
import { isByDate } from '../../domain/history/commit-filter.ts';
import type { CommitFilter } from '../../domain/index.ts';
import type { RowKey } from './search-step.ts';

/** A condition of SQL, and the values of its parameters. */
export type Condition = readonly [text: string, values: readonly SQLInputValue[]];

export function all(...conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return ['1', []];
  return [
    conditions.map(([text]) => `(${text})`).join(' AND '),
    conditions.flatMap(([, values]) => values),
  ];
}

/** What fits, and the row at which the time of the step is over: SQLite looks at the second where the first is false. */
export function orOver([text, values]: Condition): Condition {
  return [`(${text}) OR step_is_over()`, values];
}

export function equals(column: string, value: number): Condition {
  return [`${column} = ?`, [value]];
}

export function atMost(top: number): Condition {
  return ['pos < ?', [top]];
}

export function dates({ since, until }: CommitFilter): readonly Condition[] {
  return [
    ...(since === undefined ? [] : [['committed >= ?', [since]] satisfies Condition]),
    ...(until === undefined ? [] : [['committed < ?', [until]] satisfies Condition]),
  ];
}

export function beyond({ pos, side }: RowKey): Condition {
  return [`pos ${side === 'after' ? '<' : '>'} ?`, [pos]];
}

/**
 * The stretch of an index by date that lies beyond a key. Each end has one bound: of two SQLite seeks by either, and then
 * walks over all rows of one second.
 */
export function datesFrom(
  { since, until }: CommitFilter,
  { committed, pos, side }: RowKey,
): Condition[] {
  const at = committed ?? 0;
  if (side === 'after') {
    const end = until !== undefined && at >= until ? [until, -Number.MAX_SAFE_INTEGER] : [at, pos];
    return [['(committed, pos) < (?, ?)', end], ...dates({ since })];
  }
  const begin =
    since !== undefined && at < since ? [since - 1, Number.MAX_SAFE_INTEGER] : [at, pos];
  return [['(committed, pos) > (?, ?)', begin], ...dates({ until })];
}

export function orderOf(filter: CommitFilter, side: RowKey['side']): string {
  const direction = side === 'after' ? 'DESC' : 'ASC';
  return isByDate(filter) ? `committed ${direction}, pos ${direction}` : `pos ${direction}`;
}

/** Said to SQLite, which does not know how many commits an author has. The primary key needs no saying. */
export function indexOf(filter: CommitFilter): string {
  const named = filter.author !== undefined;
  if (isByDate(filter)) {
    return `INDEXED BY ${named ? 'commits_author_committed' : 'commits_committed_pos'}`;
  }
  return named ? 'INDEXED BY commits_author' : '';
}

/** LIKE takes as long as its pattern and the subject multiplied, so that of a long text only the beginning is given to it. */
const longestPattern = 20;

/** LIKE compares ASCII letters alone in either case; where there are others, or more, it finds what may fit. */
export function holds(text: string | undefined): readonly Condition[] {
  if (text === undefined) return [];
  const pattern = text
    .slice(0, longestPattern)
    .replaceAll(/[\\%_]/g, String.raw`\$&`)
    .replaceAll(/\P{ASCII}+/gu, '%');
  const like: Condition = [String.raw`message LIKE ? ESCAPE '\'`, [`%${pattern}%`]];
  if (text.length <= longestPattern && !/\P{ASCII}/u.test(text)) return [like];
  return [like, ['contains(message, ?)', [text.toLowerCase()]]];
}
