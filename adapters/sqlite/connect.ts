import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** How long a statement waits for a lock, in milliseconds: readers and the one writer of WAL hardly ever have to. */
const patience = 5000;

/**
 * How far SQLite's log may grow before what it holds is moved to the database, in pages of 4 KiB. A history that is
 * written touches the same pages of its indexes over and over; with SQLite's own 1000 they are moved each time, which
 * takes a fifth more of the processor. The thread that writes shortens the log when it has nothing to do.
 */
const longestLog = 10_000;

/** How much of it stays when there is nothing to write, in bytes: what SQLite itself would leave. */
const idleLog = 4 * 1024 ** 2;

/**
 * Opens the one connection that writes. What it has committed is on disk, and what it deletes is overwritten with zeros
 * there (`secure_delete`), since a repository may be a private one.
 */
export function connectWriter(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: patience });
  // What a file is made with; see `auto-vacuum.ts` for those of earlier versions. Of others it would write a page anew.
  const isNew = db.prepare('PRAGMA page_count').get()?.['page_count'] === 0;
  if (isNew) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192');
  db.exec(`PRAGMA wal_autocheckpoint = ${longestLog}; PRAGMA secure_delete = ON`);
  return db;
}

/** Has the next statements wait for a lock no longer than that, in milliseconds, nor longer than usual. */
export function waitForLocks(db: DatabaseSync, milliseconds: number): void {
  db.exec(`PRAGMA busy_timeout = ${Math.ceil(Math.min(patience, Math.max(1, milliseconds)))}`);
}

/** Checkpoints a long log. What was kept of the database to write so much goes out of memory. */
export function checkpointWal(db: DatabaseSync, file: string): void {
  if (statSync(`${file}-wal`).size > idleLog) truncateLog(db);
}

/**
 * Moves what the log holds to the database and truncates it, as far as nobody reads it there: a backup may for a while.
 * @returns whether nothing of it is left
 */
export function truncateLog(db: DatabaseSync): boolean {
  db.exec('PRAGMA busy_timeout = 0');
  try {
    const result = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    db.exec('PRAGMA shrink_memory');
    return result?.['busy'] === 0;
  } finally {
    db.exec(`PRAGMA busy_timeout = ${patience}`);
  }
}

/** Opens a connection that reads; there may be many. */
export function connectReader(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: patience });
  db.exec('PRAGMA cache_size = -512; PRAGMA mmap_size = 0');
  return db;
}

/**
 * Opens a database that nobody writes: without the files beside it, for which a full disk has no room.
 * @returns undefined where its log holds something, which is not read in this way
 */
export function connectImmutable(file: string): DatabaseSync | undefined {
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return undefined;
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  return new DatabaseSync(url, { readOnly: true });
}
