import type { DatabaseSync } from 'node:sqlite';
import {
  historyMoved,
  type HistoryFacts,
  type HistoryVersion,
  type OpenAttempt,
  type Project,
} from '../../domain/index.ts';
import type { Reorder } from '../../domain/history/reorders.ts';
import { factColumns, toFacts, toProject } from './rows.ts';
import { number, text, type Row } from './values.ts';

/** Where the commits of a history are. */
export interface RowRange {
  readonly history: number;
  /** `pos` of the root: a commit with so many commits below it has the row `root` + that number. */
  readonly root: number;
}

export type HistoryReader = ReturnType<typeof readHistories>;

/** Finds histories, for whatever reads their commits. */
export function readHistories(db: DatabaseSync) {
  const statement = {
    project: db.prepare(
      `SELECT name, added_at, ${factColumns} FROM projects JOIN urls USING (url) WHERE name = ?`,
    ),
    url: db.prepare(`SELECT ${factColumns} FROM urls WHERE url = ?`),
    reorders: db.prepare('SELECT tip_before, lowest FROM moves WHERE history = ? ORDER BY id'),
    attempts: db.prepare('SELECT url, at, times FROM attempts ORDER BY url'),
  };

  /** @throws DomainError `history_moved` where there is no history of that url */
  const ofUrl = (url: string): { readonly facts: HistoryFacts; readonly rows: RowRange } => {
    const row = statement.url.get(url);
    const rows = row && rowsOfHistory(row);
    if (row === undefined || rows === undefined) throw historyMoved();
    return { facts: toFacts(row), rows };
  };

  return {
    /** A project, and where its commits are; `rows` is undefined where it has no history yet. */
    ofProject(
      name: string,
    ): { readonly project: Project; readonly rows: RowRange | undefined } | undefined {
      const row = statement.project.get(name);
      return row && { project: toProject(row), rows: rowsOfHistory(row) };
    },

    ofUrl,

    /**
     * The id of the history whose commits are those of a version.
     * @throws DomainError `history_moved`
     */
    idOf({ url, tip, commits }: HistoryVersion): number {
      const { facts, rows } = ofUrl(url);
      if (facts.tip !== tip || facts.commits !== commits) throw historyMoved();
      return rows.history;
    },

    /** Oldest first. */
    reorders: (history: number): readonly Reorder[] =>
      statement.reorders.all(history).map((row) => ({
        tipBefore: text(row, 'tip_before'),
        lowest: number(row, 'lowest'),
      })),

    facts(url: string): HistoryFacts | undefined {
      const row = statement.url.get(url);
      return row && toFacts(row);
    },

    openAttempts: (): readonly OpenAttempt[] =>
      statement.attempts.all().map((row) => ({
        url: text(row, 'url'),
        at: number(row, 'at'),
        times: number(row, 'times'),
      })),
  };
}

function rowsOfHistory(row: Row): RowRange | undefined {
  if (row['history'] === null) return undefined;
  return { history: number(row, 'history'), root: number(row, 'root') };
}
