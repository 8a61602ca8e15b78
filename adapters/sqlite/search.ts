import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { commitMatcher, isByDate } from '../../domain/find-commits.ts';
import { mostNamesakes, type Commit, type CommitFilter } from '../../domain/index.ts';
import { commitColumns, toCommit } from './rows.ts';
import { number, numberOrNull, type Row } from './values.ts';

/** Looking at the messages of this many commits, or following this many parents, takes a millisecond or two. */
const stepSize = 1000;
const chainStepSize = 500;

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

/** Looks for commits, a bounded piece of work at a time. */
export function createSearch(db: DatabaseSync): Search {
  db.function('lower_case', { deterministic: true }, (value) => String(value).toLowerCase());
  const statements = new Map<string, StatementSync>();
  const all = (sql: string, values: readonly SQLInputValue[]): readonly Row[] => {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement.all(...values);
  };
  const authorOf = db.prepare('SELECT id FROM authors WHERE name = ?');

  /** The rows of the filter but for its text, which an index finds, between two keys. */
  const candidates = (rows: Rows, filter: CommitFilter, from: Key): Condition | undefined => {
    const author = filter.author === undefined ? undefined : authorOf.get(filter.author);
    if (filter.author !== undefined && author === undefined) return undefined;
    const conditions: Condition[] = [['history = ?', [rows.history]]];
    if (author !== undefined) conditions.push(['author = ?', [number(author, 'id')]]);
    if (filter.since !== undefined) conditions.push(['committed >= ?', [filter.since]]);
    if (filter.until !== undefined) conditions.push(['committed < ?', [filter.until]]);
    if (isByDate(filter)) conditions.push(['+pos < ?', [rows.top]]);
    conditions.push(beyond(filter, from, from.side === 'after' ? '<' : '>'));
    return both(...conditions);
  };

  const byIndex: Search = (rows, filter, from, limit) => {
    const found = candidates(rows, filter, from);
    if (found === undefined) return { hits: [], next: undefined };
    const order = orderOf(filter, from.side);
    const table = `commits ${indexOf(filter)}`;
    let where = found;
    let next: Key | undefined;
    if (filter.text !== undefined) {
      const [where2, values] = found;
      const [last] = all(
        `SELECT pos, committed FROM ${table} WHERE ${where2} ORDER BY ${order} LIMIT 1 OFFSET ?`,
        [...values, stepSize - 1],
      );
      if (last !== undefined) {
        next = {
          pos: number(last, 'pos'),
          committed: numberOrNull(last, 'committed'),
          side: from.side,
        };
        where = both(where, beyond(filter, next, from.side === 'after' ? '>=' : '<='));
      }
      where = both(where, ...holds(filter.text));
    }
    const [text, values] = where;
    const hits = all(
      `SELECT ${commitColumns} FROM ${table} JOIN authors ON id = author
       WHERE ${text} ORDER BY ${order} LIMIT ?`,
      [...values, limit],
    );
    return { hits: hits.map(toHit), next };
  };

  const byParents = ({ history, top }: Rows, filter: CommitFilter, from: Key): Step => {
    const fits = commitMatcher(filter);
    const begin = Math.min(from.pos, top - 1);
    const rows = all(chain, [history, begin, history, chainStepSize + 1]);
    // The row of the key has been seen; the very first one has not.
    const hits = rows.slice(from.pos < top ? 1 : 0).map(toHit);
    const last = hits.at(-1);
    const next = rows.length <= chainStepSize || last === undefined ? undefined : last.pos;
    return {
      hits: hits.filter(({ commit }) => fits(commit)),
      next: next === undefined ? undefined : { pos: next, committed: null, side: 'after' },
    };
  };

  return (rows, filter, from, limit) =>
    filter.firstParent === true
      ? byParents(rows, filter, from)
      : byIndex(rows, filter, from, limit);
}

type Condition = readonly [text: string, values: readonly SQLInputValue[]];

function both(...conditions: readonly Condition[]): Condition {
  return [
    conditions.map(([text]) => `(${text})`).join(' AND '),
    conditions.flatMap(([, values]) => values),
  ];
}

function beyond(filter: CommitFilter, key: Key, comparison: string): Condition {
  return isByDate(filter)
    ? [`(committed, pos) ${comparison} (?, ?)`, [key.committed, key.pos]]
    : [`pos ${comparison} ?`, [key.pos]];
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

/** LIKE compares ASCII letters alone in either case; where there are others, it finds what may fit. */
function holds(text: string): readonly Condition[] {
  const pattern = text.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll(/\P{ASCII}+/gu, '%');
  const like: Condition = [String.raw`message LIKE ? ESCAPE '\'`, [`%${pattern}%`]];
  if (!/\P{ASCII}/u.test(text)) return [like];
  return [like, ['instr(lower_case(message), ?) > 0', [text.toLowerCase()]]];
}

function toHit(row: Row): Hit {
  return { commit: toCommit(row), pos: number(row, 'pos') };
}

const columns = 'pos, sha, parents, author, authored, zone, committed, message';
const columnsOfNext = columns
  .split(', ')
  .map((column) => `up.${column}`)
  .join(', ');

/** A commit, its first parent, the first parent of that and so on. */
const chain = `
  WITH RECURSIVE chain (${columns}, depth) AS (
    SELECT ${columns}, 1 FROM commits WHERE history = ? AND pos = ?
    UNION ALL
    SELECT ${columnsOfNext}, depth + 1 FROM chain
      CROSS JOIN commits AS up INDEXED BY commits_sha ON up.history = ? AND up.sha = substr(chain.parents, 1, length(chain.sha))
      WHERE depth < ?
  )
  SELECT ${commitColumns} FROM chain CROSS JOIN authors ON id = author ORDER BY depth`;

/** The longest object name, in digits. */
const longestName = 64;

/** Finds the commits of a history whose object names begin so. */
export function createLookup(db: DatabaseSync) {
  const between = db.prepare(
    `SELECT ${commitColumns} FROM commits INDEXED BY commits_sha JOIN authors ON id = author
     WHERE history = ? AND sha >= ? AND sha <= ? ORDER BY sha LIMIT ${mostNamesakes}`,
  );
  return (history: number, prefix: string): readonly Commit[] => {
    const lowest = Buffer.from(prefix.length % 2 === 0 ? prefix : `${prefix}0`, 'hex');
    const highest = Buffer.from(prefix.padEnd(longestName, 'f'), 'hex');
    return between.all(history, lowest, highest).map(toCommit);
  };
}
