import { join, resolve } from 'node:path';
import { createMemoryStore } from './adapters/memory/memory.ts';
import { openSqliteStore, UnusableDatabase } from './adapters/sqlite/sqlite.ts';
import type { StorePort } from './domain/index.ts';
import { createReadLimits } from './domain/long-reads.ts';
import { StartError } from './start-error.ts';

const scheme = 'sqlite:';

/** The database that STORE_URL names; undefined where it is nowhere but in memory. */
export function databaseFile(url: string | undefined, directory: string): string | undefined {
  if (url === 'memory:') return undefined;
  return url === undefined ? join(directory, 'gitmon.db') : resolve(url.slice(scheme.length));
}

/**
 * Opens the store that STORE_URL names.
 * @param directory holds the database where no other place is given
 * @param searchConcurrency how many searches run at once, and how many counts
 * @throws StartError
 */
export function openStore(
  url: string | undefined,
  directory: string,
  searchConcurrency: number,
): StorePort {
  const limits = createReadLimits(searchConcurrency);
  const file = databaseFile(url, directory);
  if (file === undefined) return createMemoryStore(limits);
  try {
    return openSqliteStore(file, limits);
  } catch (error) {
    throw error instanceof UnusableDatabase
      ? new StartError(error.message, { cause: error })
      : error;
  }
}
