import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createMemoryStore } from '../memory/memory.ts';
import { openSqliteStore } from '../sqlite/sqlite.ts';
import { UnusableDatabase } from '../sqlite/sqlite-errors.ts';
import type { StorePort } from '../../domain/index.ts';
import { lockFile } from '../disk/lock-file.ts';
import { createReadLimits } from '../../domain/concurrency/long-reads.ts';
import { StartError } from '../process/start-error.ts';

const scheme = 'sqlite:';

/** The database that STORE_URL names; undefined where it is nowhere but in memory. */
export function databaseFile(url: string | undefined, directory: string): string | undefined {
  if (url === 'memory:') return undefined;
  return url === undefined ? join(directory, 'gitmon.db') : resolve(url.slice(scheme.length));
}

interface OpenStoreOptions {
  /** Holds the database where no other place is given. */
  readonly directory: string;
  /** How many searches run at once, and how many counts. */
  readonly searchConcurrency: number;
  /** Is told what else somebody should know. */
  readonly warn: (message: string) => void;
}

/**
 * Opens the store that STORE_URL names, for this server alone.
 * @throws StartError
 */
export function openStore(
  url: string | undefined,
  { directory, searchConcurrency, warn }: OpenStoreOptions,
): StorePort {
  const limits = createReadLimits(searchConcurrency);
  const file = databaseFile(url, directory);
  if (file === undefined) return createMemoryStore(limits);
  const unlock = lockFile(`${realFile(file)}-lock`, {
    taken: `${file} is used by another server; stop that, or choose another STORE_URL.`,
    failed: (reason) =>
      `${file} cannot be used: it cannot be opened or made, since ${file}-lock cannot be locked (${reason}); check the permissions of its directory and the disk.`,
  });
  try {
    const store = openSqliteStore(file, { limits, warn });
    const close = async () => {
      await store.close();
      unlock();
    };
    return { ...store, close };
  } catch (error) {
    unlock();
    throw error instanceof UnusableDatabase
      ? new StartError(error.message, { cause: error })
      : error;
  }
}

/** A file by the one name that does not lead through symbolic links, whether it is there already or not. */
function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return join(realDirectory(dirname(file)), basename(file));
  }
}

function realDirectory(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}
