import type { DatabaseSync } from 'node:sqlite';
import type { Attempt, History } from '../../domain/index.ts';
import { number, numberOrNull, textOrNull } from './values.ts';

/** A history as the writer finds it. */
export interface WrittenHistory {
  readonly id: number;
  /** `pos` of the root. */
  readonly root: number;
  readonly commits: number;
  readonly tip: string | null;
  readonly succeededAt: number | null;
  readonly activity: string | null;
}

/** Writes what is known of urls, apart from the commits. */
export function createFactWriter(db: DatabaseSync) {
  const statement = {
    url: db.prepare('SELECT * FROM urls WHERE url = ?'),
    tipDate: db.prepare(
      'SELECT committed FROM commits WHERE history = ? AND pos >= ? ORDER BY pos DESC LIMIT 1',
    ),
    beginAttempt: db.prepare(
      'INSERT INTO attempts VALUES (?, ?, 1) ON CONFLICT (url) DO UPDATE SET at = excluded.at, times = times + 1',
    ),
    endAttempt: db.prepare('DELETE FROM attempts WHERE url = ?'),
    saveActivity: db.prepare(
      'UPDATE urls SET activity = ? WHERE url = ? AND history = ? AND tip = ?',
    ),
    saveUrl: db.prepare(
      `INSERT INTO urls (url, history, root, commits, tip, default_branch, tip_committed_at, tip_changed_at,
         last_attempt_at, last_success_at, last_outcome, failures, next_refresh_at, activity)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ok', 0, ?, ?)
       ON CONFLICT (url) DO UPDATE SET history = excluded.history, root = excluded.root,
         commits = excluded.commits, tip = excluded.tip, default_branch = excluded.default_branch,
         tip_committed_at = excluded.tip_committed_at, tip_changed_at = excluded.tip_changed_at,
         last_attempt_at = excluded.last_attempt_at, last_success_at = excluded.last_success_at,
         last_outcome = 'ok', failures = 0, next_refresh_at = excluded.next_refresh_at,
         activity = excluded.activity`,
    ),
  };
  const endAttempt = (url: string): void => void statement.endAttempt.run(url);

  return {
    /** The history of a url; undefined where it has none yet. */
    find(url: string): WrittenHistory | undefined {
      const row = statement.url.get(url);
      if (row === undefined || row['history'] === null) return undefined;
      return {
        id: number(row, 'history'),
        root: number(row, 'root'),
        commits: number(row, 'commits'),
        tip: textOrNull(row, 'tip'),
        succeededAt: numberOrNull(row, 'last_success_at'),
        activity: textOrNull(row, 'activity'),
      };
    },

    /** Has readers see these rows as the history of its url, and ends the attempt. */
    publish(
      history: History,
      { id, root, commits }: Pick<WrittenHistory, 'id' | 'root' | 'commits'>,
      activity: string | null,
    ): void {
      const top = statement.tipDate.get(id, root + commits - 1);
      const committedAt = top === undefined ? null : numberOrNull(top, 'committed');
      const { url, tip, defaultBranch, tipChangedAt, at, nextRefreshAt } = history;
      endAttempt(url);
      statement.saveUrl.run(
        url,
        id,
        root,
        commits,
        tip,
        defaultBranch,
        committedAt,
        tipChangedAt,
        at,
        at,
        nextRefreshAt,
        activity,
      );
    },

    saveActivity: (activity: string, { url, tip }: History, id: number): void =>
      void statement.saveActivity.run(activity, url, id, tip),

    beginAttempt: ({ url, at }: Pick<Attempt, 'url' | 'at'>): void =>
      void statement.beginAttempt.run(url, at),

    endAttempt,
  };
}

export type FactWriter = ReturnType<typeof createFactWriter>;
