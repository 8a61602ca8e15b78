import type { DatabaseSync } from 'node:sqlite';
import { enableAutoVacuum } from './auto-vacuum.ts';
import { connectImmutable, connectReader, connectWriter } from './connect.ts';
import { createReader, type Reader } from './read.ts';
import { isNewest, migrate } from './schema.ts';
import { isDiskFault, reasonOf, UnusableDatabase } from './sqlite-errors.ts';
import { transaction } from './transactions.ts';

/** A database that can be read. */
export interface OpenDatabase {
  readonly reader: Reader;
  /** Whether it may be written too. */
  readonly isWritable: boolean;
  /** Closes the connection that reads. */
  readonly close: () => void;
}

/**
 * Opens a database of the newest schema; on a full disk for reading alone.
 * @param warn is told what is done that takes long, and where it cannot be written
 * @throws UnusableDatabase
 */
export function openDatabase(file: string, warn: (message: string) => void): OpenDatabase {
  try {
    return openWritable(file, warn);
  } catch (cause) {
    const readable = isDiskFault(cause, file) ? openReadable(file) : undefined;
    if (readable === undefined) {
      throw new UnusableDatabase(`${file} cannot be used: ${reasonOf(cause)}`, { cause });
    }
    warn(`${file} can be read and not written: ${reasonOf(cause)}`);
    return readable;
  }
}

/** The same, where it can be written or not at all. */
export function openWritable(file: string, warn: (message: string) => void): OpenDatabase {
  prepare(file, warn);
  const db = connectReader(file);
  return { reader: createReader(db), isWritable: true, close: () => db.close() };
}

/** What can be read without a byte of the disk: a database of this program's schema whose log is empty. */
function openReadable(file: string): OpenDatabase | undefined {
  try {
    const db = connectImmutable(file);
    if (db !== undefined && isNewest(db)) {
      return { reader: createReader(db), isWritable: false, close: () => db.close() };
    }
    db?.close();
  } catch {
    // What could not be written is told.
  }
  return undefined;
}

/** Brings the file to the newest schema. */
function prepare(file: string, warn: (message: string) => void): void {
  enableAutoVacuum(file, warn);
  const db = connectWriter(file);
  try {
    migrate(db, (message) => warn(`${file} ${message}`));
    try {
      removeOrphans(db);
    } catch (error) {
      // Nobody sees them, and the next start forgets them.
      if (!isDiskFault(error, file)) throw error;
    }
  } finally {
    db.close();
  }
}

/**
 * For how long it is remembered that a process did not survive fetching what no project names, in seconds: PROJECTS_FILE may
 * ask for it at each start.
 */
const rememberedAttempt = 7 * 86_400;

/** What a crash has left between fetching a history and naming it; its commits are swept by the writer. */
function removeOrphans(db: DatabaseSync): void {
  const unnamed = 'WHERE url NOT IN (SELECT url FROM projects)';
  transaction(db, 'BEGIN IMMEDIATE', () => {
    db.exec(`
      DELETE FROM lost_commits WHERE rewrite IN (SELECT id FROM rewrites ${unnamed});
      DELETE FROM rewrites ${unnamed};
      DELETE FROM urls ${unnamed};
      DELETE FROM attempts ${unnamed} AND at < unixepoch() - ${rememberedAttempt};
    `);
  });
}
