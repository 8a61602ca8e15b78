import { DatabaseSync } from 'node:sqlite';

/** How long a statement waits for a lock, in milliseconds: readers and the one writer of WAL hardly ever have to. */
const patience = 5000;

/** Opens the one connection that writes. What it has committed is on disk. */
export function connectWriter(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: patience });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192');
  return db;
}

/** Opens a connection that reads; there may be many. */
export function connectReader(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: patience });
  db.exec('PRAGMA cache_size = -512; PRAGMA mmap_size = 0');
  return db;
}
