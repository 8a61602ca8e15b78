import type { DatabaseSync } from 'node:sqlite';
import type { Project } from '../../domain/index.ts';
import { factColumns, toProject } from './rows.ts';
import { number, text } from './values.ts';

/** Reads projects, without their commits. */
export function readProjects(db: DatabaseSync) {
  const columns = `name, added_at, ${factColumns} FROM projects JOIN urls USING (url)`;
  const statement = {
    all: db.prepare(`SELECT ${columns} ORDER BY name`),
    one: db.prepare(`SELECT ${columns} WHERE name = ?`),
    names: db.prepare('SELECT name FROM projects WHERE url = ? ORDER BY name'),
    due: db.prepare(
      `SELECT url, next_refresh_at FROM urls
       WHERE (next_refresh_at <= ?1 OR last_attempt_at > ?1) AND url IN (SELECT url FROM projects)
       ORDER BY next_refresh_at`,
    ),
  };

  return {
    projects: (): readonly Project[] => statement.all.all().map(toProject),

    project(name: string): Project | undefined {
      const row = statement.one.get(name);
      return row && toProject(row);
    },

    namesOf: (url: string): readonly string[] =>
      statement.names.all(url).map((row) => text(row, 'name')),

    due: (now: number) =>
      statement.due.all(now).map((row) => ({
        url: text(row, 'url'),
        dueAt: number(row, 'next_refresh_at'),
      })),
  };
}
