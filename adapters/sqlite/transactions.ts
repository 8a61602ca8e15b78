import type { DatabaseSync } from 'node:sqlite';

/** Runs synchronous work in one transaction: all of it is kept, or nothing where it throws. */
export function transaction<Result>(
  db: DatabaseSync,
  begin: 'BEGIN' | 'BEGIN IMMEDIATE',
  work: () => Result,
): Result {
  db.exec(begin);
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has ended it by itself after some errors, such as a full disk.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

export type Transactions = ReturnType<typeof createTransactions>;

/**
 * How the writer writes.
 * @param rolledBack is told that what the work has added is gone again
 */
export function createTransactions(db: DatabaseSync, rolledBack: () => void) {
  return {
    /** In one transaction, which is on the disk when this returns. */
    write<Result>(work: () => Result): Result {
      try {
        return transaction(db, 'BEGIN IMMEDIATE', work);
      } catch (error) {
        rolledBack();
        throw error;
      }
    },

    /** For what may be lost where the power fails: it reaches the disk with whatever is written next. */
    unsynced(work: () => void): void {
      db.exec('PRAGMA synchronous = NORMAL');
      try {
        work();
      } finally {
        db.exec('PRAGMA synchronous = FULL');
      }
    },
  };
}
