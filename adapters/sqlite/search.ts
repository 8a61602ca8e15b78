import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { isByDate, mostPageBytes, storedBytes } from '../../domain/history/find-commits.ts';
import { maxPrefixMatches, type Commit, type CommitFilter } from '../../domain/index.ts';
import { stepMs } from '../../domain/concurrency/long-reads.ts';
import { commitColumns, toCommit } from './rows.ts';
import { number, numberOrNull, type Row } from './values.ts';

/** A commit that was found, and its place in the history's rows. */
export interface Hit {
  readonly commit: Commit;
  readonly pos: number;
}

/** A place between rows: behind (`after`) or before the row that it names. */
interface Key {
  readonly pos: number;
  readonly committed: number | null;
  readonly side: 'after' | 'before';
}

interface Rows {
  readonly history: number;
  /** Rows from here on upwards are not looked at. */
  readonly top: number;
}

/** What one step found, nearest to its key first, and where the next one begins; undefined where all has been seen. */
export interface Step {
  readonly hits: readonly Hit[];
  readonly next: Key | undefined;
}

type Search = (rows: Rows, filter: CommitFilter, from: Key, limit: number) => Step;

/** Looks for commits, one step at a time: it ends after {@link stepMs}, whatever its rows and the text make it cost, or with a page. */
export function createSearch(db: DatabaseSync): Search {
  db.function('contains', { deterministic: true }, (message, lowerCase) =>
    Number(String(message).toLowerCase().includes(String(lowerCase))),
  );
  // Asked of each row that does not fit: the one at which the time is over ends the step, as a row of it.
  let deadline = 0;
  let isOver = false;
  db.function('step_is_over', () => Number((isOver ||= performance.now() >= deadline)));
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const idOf = db.prepare('SELECT id FROM authors WHERE name = ?');
  const atPos = db.prepare(
    `SELECT ${commitColumns} FROM commits JOIN authors ON id = author WHERE history = ? AND pos = ?`,
  );

  const byIndex = (rows: Rows, filter: CommitFilter, author: number | undefined): RowSearch => {
    const isDated = isByDate(filter);
    const others = isDated ? [atMost(rows.top)] : [...dates(filter), ...holds(filter.text)];
    return (from, limit) => {
      const [text, values] = all(
        ['history = ?', [rows.history]],
        ...(author === undefined ? [] : [equals('author', author)]),
        ...(isDated ? datesFrom(filter, from) : [beyond(from)]),
        ...(others.length === 0 ? [] : [orOver(all(...others))]),
      );
      const found = prepare(
        `SELECT ${commitColumns} FROM commits ${indexOf(filter)} JOIN authors ON id = author
         WHERE ${text} ORDER BY ${orderOf(filter, from.side)} LIMIT ?`,
      ).iterate(...values, limit);
      const hits: Hit[] = [];
      let size = 0;
      for (const row of found) {
        if (isOver) return { hits, next: keyOf(row, from.side) };
        const hit = toHit(row);
        hits.push(hit);
        size += storedBytes(hit.commit);
        if (size >= mostPageBytes) return { hits, next: keyOf(row, from.side) };
      }
      return { hits, next: undefined };
    };
  };

  const byParents = (
    { history, top }: Rows,
    filter: CommitFilter,
    author: number | undefined,
  ): RowSearch => {
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
    return (from, limit) => {
      const hits: Hit[] = [];
      let size = 0;
      // The row of the key has been seen; the very first one has not.
      let isSeen = from.pos < top;
      let row = first.get(...values, history, isSeen ? from.pos : top - 1);
      while (row !== undefined) {
        const pos = number(row, 'pos');
        if (!isSeen && row['fits'] === 1) {
          const hit = toHit(atPos.get(history, pos) ?? {});
          hits.push(hit);
          size += storedBytes(hit.commit);
        }
        const isEnough =
          hits.length >= limit || size >= mostPageBytes || performance.now() >= deadline;
        if (isEnough && !isSeen) return { hits, next: { pos, committed: null, side: 'after' } };
        isSeen = false;
        const { parent } = row;
        row = parent instanceof Uint8Array ? next.get(...values, history, parent) : undefined;
      }
      return { hits, next: undefined };
    };
  };

  return (rows, filter, from, limit) => {
    const row = filter.author === undefined ? undefined : idOf.get(filter.author);
    if (filter.author !== undefined && row === undefined) return { hits: [], next: undefined };
    const search = filter.firstParent === true ? byParents : byIndex;
    deadline = performance.now() + stepMs;
    isOver = false;
    return search(rows, filter, row && number(row, 'id'))(from, limit);
  };
}

type RowSearch = (from: Key, limit: number) => Step;

type Condition = readonly [text: string, values: readonly SQLInputValue[]];

function all(...conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return ['1', []];
  return [
    conditions.map(([text]) => `(${text})`).join(' AND '),
    conditions.flatMap(([, values]) => values),
  ];
}

/** What fits, and the row at which the time of the step is over: SQLite looks at the second where the first is false. */
function orOver([text, values]: Condition): Condition {
  return [`(${text}) OR step_is_over()`, values];
}

function equals(column: string, value: number): Condition {
  return [`${column} = ?`, [value]];
}

function atMost(top: number): Condition {
  return ['pos < ?', [top]];
}

function dates({ since, until }: CommitFilter): readonly Condition[] {
  return [
    ...(since === undefined ? [] : [['committed >= ?', [since]] satisfies Condition]),
    ...(until === undefined ? [] : [['committed < ?', [until]] satisfies Condition]),
  ];
}

function beyond({ pos, side }: Key): Condition {
  return [`pos ${side === 'after' ? '<' : '>'} ?`, [pos]];
}

/**
 * The stretch of an index by date that lies beyond a key. Each end has one bound: of two SQLite seeks by either, and then
 * walks over all rows of one second.
 */
function datesFrom({ since, until }: CommitFilter, { committed, pos, side }: Key): Condition[] {
  const at = committed ?? 0;
  if (side === 'after') {
    const end = until !== undefined && at >= until ? [until, -Number.MAX_SAFE_INTEGER] : [at, pos];
    return [['(committed, pos) < (?, ?)', end], ...dates({ since })];
  }
  const begin =
    since !== undefined && at < since ? [since - 1, Number.MAX_SAFE_INTEGER] : [at, pos];
  return [['(committed, pos) > (?, ?)', begin], ...dates({ until })];
}

function keyOf(row: Row, side: Key['side']): Key {
  return { pos: number(row, 'pos'), committed: numberOrNull(row, 'committed'), side };
}

function orderOf(filter: CommitFilter, side: Key['side']): string {
  const direction = side === 'after' ? 'DESC' : 'ASC';
  return isByDate(filter) ? `committed ${direction}, pos ${direction}` : `pos ${direction}`;
}

/** Said to SQLite, which does not know how many commits an author has. The primary key needs no saying. */
function indexOf(filter: CommitFilter): string {
  const named = filter.author !== undefined;
  if (isByDate(filter)) {
    return `INDEXED BY ${named ? 'commits_author_committed' : 'commits_committed_pos'}`;
  }
  return named ? 'INDEXED BY commits_author' : '';
}

/** LIKE takes as long as its pattern and the subject multiplied, so that of a long text only the beginning is given to it. */
const longestPattern = 20;

/** LIKE compares ASCII letters alone in either case; where there are others, or more, it finds what may fit. */
function holds(text: string | undefined): readonly Condition[] {
  if (text === undefined) return [];
  const pattern = text
    .slice(0, longestPattern)
    .replaceAll(/[\\%_]/g, String.raw`\$&`)
    .replaceAll(/\P{ASCII}+/gu, '%');
  const like: Condition = [String.raw`message LIKE ? ESCAPE '\'`, [`%${pattern}%`]];
  if (text.length <= longestPattern && !/\P{ASCII}/u.test(text)) return [like];
  return [like, ['contains(message, ?)', [text.toLowerCase()]]];
}

function toHit(row: Row): Hit {
  return { commit: toCommit(row), pos: number(row, 'pos') };
}

/** The longest object name, in digits. */
const longestName = 64;

/** Finds the commits of a history whose object names begin so. */
export function createLookup(db: DatabaseSync) {
  const between = db.prepare(
    `SELECT ${commitColumns} FROM commits INDEXED BY commits_sha JOIN authors ON id = author
     WHERE history = ? AND sha >= ? AND sha <= ? ORDER BY sha LIMIT ${maxPrefixMatches}`,
  );
  return (history: number, prefix: string): readonly Commit[] => {
    const lowest = Buffer.from(prefix.length % 2 === 0 ? prefix : `${prefix}0`, 'hex');
    const highest = Buffer.from(prefix.padEnd(longestName, 'f'), 'hex');
    return between.all(history, lowest, highest).map(toCommit);
  };
}
