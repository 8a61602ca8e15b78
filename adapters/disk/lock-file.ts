import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../process/start-error.ts';

/**
 * Takes a file for this process alone, by a lock that the system takes back when the process ends, however it does.
 * SQLite is asked for it, since Node.js has no call for one; the file stays empty, so that a full disk does not matter.
 * @param says in one sentence that another process has it, and that it cannot be locked for a reason of SQLite's
 * @returns a function that gives it up
 * @throws StartError
 */
export function lockFile(
  file: string,
  says: { readonly taken: string; readonly failed: (reason: string) => string },
): () => void {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 0 });
    // The journal that a transaction begins with is otherwise a file of its own.
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    db?.close();
    const reason = String(cause instanceof Error ? cause.message : cause);
    throw new StartError(isBusy(cause) ? says.taken : says.failed(reason), { cause });
  }
  const locked = db;
  return () => locked.close();
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
