import type { DatabaseSync } from 'node:sqlite';
import type { Attempt, FetchFailure } from '../../domain/index.ts';
import { number, text } from './values.ts';

interface Surroundings {
  /** Runs work in one transaction. */
  readonly write: <Result>(work: () => Result) => Result;
  readonly hasHistory: (url: string) => boolean;
  readonly endAttempt: (url: string) => void;
}

/** Writes which projects there are, and what of their urls is to be forgotten. */
export function createProjectWriter(
  db: DatabaseSync,
  { write, hasHistory, endAttempt }: Surroundings,
) {
  const statement = {
    fail: db.prepare(
      `UPDATE urls SET last_attempt_at = ?, last_outcome = ?, failures = failures + 1, next_refresh_at = ?
       WHERE url = ? AND url IN (SELECT url FROM projects)`,
    ),
    reserveUrl: db.prepare('INSERT OR IGNORE INTO urls (url) VALUES (?)'),
    project: db.prepare('SELECT url FROM projects WHERE name = ?'),
    countProjects: db.prepare('SELECT count(*) AS count FROM projects'),
    nameUrl: db.prepare(
      'INSERT INTO projects (name, url, added_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET url = excluded.url',
    ),
    removeProject: db.prepare('DELETE FROM projects WHERE name = ? RETURNING url'),
    isNamed: db.prepare('SELECT 1 FROM projects WHERE url = ?'),
    dropUrl: db.prepare('DELETE FROM urls WHERE url = ?'),
    dropLost: db.prepare(
      'DELETE FROM lost_commits WHERE rewrite IN (SELECT id FROM rewrites WHERE url = ?)',
    ),
    dropRewrites: db.prepare('DELETE FROM rewrites WHERE url = ?'),
    check: db.prepare('UPDATE checked SET times = times + 1'),
  };

  return {
    saveFailure: ({
      url,
      at,
      outcome,
      nextRefreshAt,
    }: Attempt & { readonly outcome: FetchFailure }): void =>
      write(() => {
        statement.fail.run(at, outcome, nextRefreshAt, url);
        endAttempt(url);
      }),

    /** Names a url, with its history or, where it may be missing, without; tells the url that the name stood for. */
    name: (request: {
      readonly name: string;
      readonly url: string;
      readonly maxProjects: number;
      readonly at?: number;
      readonly how: 'with_history' | 'reserve';
    }): { readonly before: string | undefined } | 'full' | 'no_history' | 'taken' =>
      write(() => {
        const { name, url, how } = request;
        const row = statement.project.get(name);
        if (how === 'with_history' && !hasHistory(url)) return 'no_history';
        if (how === 'reserve' && row !== undefined) return 'taken';
        // Nothing is written then, and so nothing has to reach the disk.
        if (row?.['url'] === url) return { before: url };
        const count = number(statement.countProjects.get() ?? {}, 'count');
        if (row === undefined && count >= request.maxProjects) return 'full';
        statement.reserveUrl.run(url);
        statement.nameUrl.run(name, url, request.at ?? null);
        return { before: row && text(row, 'url') };
      }),

    removeProject: (name: string): string | undefined =>
      write(() => {
        const row = statement.removeProject.get(name);
        return row && text(row, 'url');
      }),

    dropUrl: (url: string): boolean =>
      write(() => {
        if (statement.isNamed.get(url) !== undefined) return false;
        statement.dropLost.run(url);
        statement.dropRewrites.run(url);
        statement.dropUrl.run(url);
        endAttempt(url);
        return true;
      }),

    /** Fails where nothing can be written. */
    check: (): void => write(() => void statement.check.run()),
  };
}
