import { openDatabase, openWritable } from './open-database.ts';
import type { Reader } from './read.ts';
import { isSqliteError } from './sqlite-errors.ts';
import { startWriter, unavailable, type WriterCalls } from './writer-calls.ts';

export interface Connections {
  /** @throws DomainError `store_unavailable` */
  read<Result>(query: (from: Reader) => Result): Promise<Result>;
  /**
   * The thread that writes; where it has ended, another one.
   * @throws DomainError `store_unavailable`
   */
  writer(): Promise<WriterCalls>;
  close(): Promise<void>;
}

interface ConnectionOptions {
  /** How long a write may take until it is given up, in milliseconds. */
  readonly timeoutMs: number;
  /** Is told what else somebody should know. */
  readonly warn: (message: string) => void;
  /** Is told when something was written though its call had been given up. */
  readonly wroteLate: () => void;
}

/** How long after its start a thread that has ended is started again at the earliest, in milliseconds. */
const restartMs = 1000;

/**
 * Connects to a database: one connection that reads, on this thread, and one that writes, on another thread. Where a full
 * disk has let it be opened for reading alone, each write tries to open it anew.
 * @throws UnusableDatabase
 */
export function connect(file: string, options: ConnectionOptions): Connections {
  const { timeoutMs, warn, wroteLate } = options;
  let startedAt = 0;
  const start = (): WriterCalls => {
    startedAt = performance.now();
    return startWriter(file, {
      timeoutMs,
      wroteLate,
      failed: (cause) =>
        warn(`The thread that writes ${file} has ended, and is started again: ${String(cause)}`),
    });
  };
  let database = openDatabase(file, warn);
  let writer = database.isWritable ? start() : undefined;
  let isClosed = false;

  return {
    async read(query) {
      try {
        return query(database.reader);
      } catch (error) {
        throw isSqliteError(error) ? unavailable(error) : error;
      }
    },

    async writer() {
      if (writer?.hasEnded() === false) return writer;
      if (isClosed) throw unavailable('the store is closed');
      if (writer !== undefined) {
        if (performance.now() - startedAt < restartMs) throw unavailable('the writer has ended');
        writer = start();
        return writer;
      }
      try {
        // What there is to tell has been told.
        const opened = openWritable(file, () => {});
        database.close();
        database = opened;
        writer = start();
        return writer;
      } catch (error) {
        throw unavailable(error);
      }
    },

    async close() {
      // The last one to close takes the log into the database, which only the writer can.
      isClosed = true;
      database.close();
      await writer?.close();
    },
  };
}
