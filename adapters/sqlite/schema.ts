import type { DatabaseSync } from 'node:sqlite';

/**
 * What each version of the database adds to the one before; only ever appended to.
 *
 * A commit's `pos` counts upwards from the root of its history, so that a push moves nothing. The root's own is negative:
 * a history comes newest first, before anybody knows how long it is.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE urls (
    url TEXT PRIMARY KEY,
    history INTEGER,
    root INTEGER,
    commits INTEGER NOT NULL DEFAULT 0,
    tip TEXT,
    default_branch TEXT,
    tip_committed_at INTEGER,
    tip_changed_at REAL,
    last_attempt_at REAL,
    last_success_at REAL,
    last_outcome TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    next_refresh_at REAL NOT NULL DEFAULT 0,
    activity TEXT
  ) WITHOUT ROWID;

  CREATE TABLE projects (
    name TEXT PRIMARY KEY,
    url TEXT NOT NULL REFERENCES urls
  ) WITHOUT ROWID;
  CREATE INDEX projects_url ON projects (url);

  CREATE TABLE histories (id INTEGER PRIMARY KEY AUTOINCREMENT);

  CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

  CREATE TABLE commits (
    history INTEGER NOT NULL,
    pos INTEGER NOT NULL,
    sha BLOB NOT NULL,
    parents BLOB NOT NULL,
    author INTEGER NOT NULL,
    authored INTEGER,
    zone TEXT,
    committed INTEGER,
    message TEXT NOT NULL,
    PRIMARY KEY (history, pos)
  ) WITHOUT ROWID;
  CREATE INDEX commits_sha ON commits (history, sha);
  CREATE INDEX commits_committed ON commits (history, committed, author);

  CREATE TABLE moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    history INTEGER NOT NULL,
    tip_before TEXT NOT NULL,
    lowest INTEGER NOT NULL
  );
  CREATE INDEX moves_history ON moves (history, id);

  CREATE TABLE rewrites (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    at REAL NOT NULL,
    old_tip TEXT NOT NULL,
    new_tip TEXT,
    lost INTEGER NOT NULL
  );
  CREATE INDEX rewrites_url ON rewrites (url, id);

  CREATE TABLE lost_commits (
    rewrite INTEGER NOT NULL,
    place INTEGER NOT NULL,
    sha BLOB NOT NULL,
    author TEXT NOT NULL,
    authored INTEGER,
    message TEXT NOT NULL,
    PRIMARY KEY (rewrite, place)
  ) WITHOUT ROWID;

  CREATE TABLE checked (id INTEGER PRIMARY KEY, times INTEGER NOT NULL);
  INSERT INTO checked VALUES (1, 0);
  `,
  // What commits are looked for by; SQLite adds the rest of the primary key, pos, to each.
  `
  CREATE INDEX commits_author ON commits (history, author);
  CREATE INDEX commits_author_committed ON commits (history, author, committed);
  CREATE INDEX commits_committed_pos ON commits (history, committed);

  ALTER TABLE projects ADD COLUMN added_at REAL;
  `,
  // Attempts that have begun, until something is kept of them.
  `
  CREATE TABLE attempts (url TEXT PRIMARY KEY, at REAL NOT NULL, times INTEGER NOT NULL) WITHOUT ROWID;
  `,
  // A history with a commit of more parents than one may have, as earlier versions kept it, costs every reader seconds. It is
  // fetched anew, and refused.
  `
  UPDATE urls SET history = NULL, root = NULL, commits = 0, tip = NULL, default_branch = NULL, tip_committed_at = NULL,
    tip_changed_at = NULL, last_attempt_at = NULL, last_success_at = NULL, last_outcome = NULL, failures = 0,
    next_refresh_at = 0, activity = NULL
  WHERE history IN (SELECT history FROM commits WHERE length(parents) > 1000 * length(sha));
  `,
];

/** The database was made by a newer version of the program. */
export class NewerSchema extends Error {}

/**
 * Brings a database to this program's schema, all of it or nothing.
 * @param tell is told before that is begun, which takes minutes where there are millions of commits
 * @throws NewerSchema
 */
export function migrate(db: DatabaseSync, tell: (message: string) => void): void {
  const version = versionOf(db);
  if (version > migrations.length) {
    throw new NewerSchema(`its schema is ${version}, and this program knows ${migrations.length}`);
  }
  if (version === migrations.length) return;
  if (version > 0) {
    tell(
      `is brought from schema ${version} to ${migrations.length}, which may take minutes; the server listens afterwards.`,
    );
  }
  db.exec('BEGIN IMMEDIATE');
  for (const step of migrations.slice(version)) db.exec(step);
  db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
}

/** Whether a database is of this program's schema. */
export function isNewest(db: DatabaseSync): boolean {
  return versionOf(db) === migrations.length;
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
}
