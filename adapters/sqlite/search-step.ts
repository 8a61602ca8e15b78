import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Commit } from '../../domain/index.ts';

/** A place between rows: behind (`after`) or before the row that it names. */
export interface RowKey {
  readonly pos: number;
  readonly committed: number | null;
  readonly side: 'after' | 'before';
}

/** What a step looks through. */
export interface SearchedRows {
  readonly history: number;
  /** Rows from here on upwards are not looked at. */
  readonly top: number;
  /** Whose commits alone, by the id of the author. */
  readonly author: number | undefined;
}

/** A commit that was found, and its row. */
export interface RowHit {
  readonly commit: Commit;
  readonly pos: number;
}

export interface RowStep {
  readonly hits: readonly RowHit[];
  /** Undefined where all has been looked through. */
  readonly next: RowKey | undefined;
}

/** When the step that runs is over, as `performance.now()` tells. */
export interface StepClock {
  deadline: number;
}

/** Prepares each statement once: a search has one text for each combination of criteria. */
export function createStatementCache(db: DatabaseSync): (sql: string) => StatementSync {
  const statements = new Map<string, StatementSync>();
  return (sql) => {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
}
