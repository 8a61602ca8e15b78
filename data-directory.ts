import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigError } from './settings.ts';
import { StartError } from './start-error.ts';
import { makeTemporaryDirectory, removeDirectory } from './temporary-directory.ts';

/** Where a server keeps what it needs, and nobody else at the same time. */
export interface DataDirectory {
  readonly path: string;
  /** Leaves it to others, and removes it where it was made for this run. */
  close(): void;
}

/**
 * Opens the directory that is given, made where it is missing, or a temporary one.
 * @throws ConfigError where it cannot be written, StartError where another server uses it
 */
export async function openDataDirectory(given: string | undefined): Promise<DataDirectory> {
  if (given === undefined) {
    const path = makeTemporaryDirectory();
    return { path, close: () => removeDirectory(path) };
  }
  const path = resolve(given);
  try {
    await makeDirectory(path);
    await access(path, constants.W_OK);
  } catch (error) {
    throw new ConfigError(
      `DATA_DIR=${JSON.stringify(given)}: expected a directory that can be written or made`,
      { cause: error },
    );
  }
  return { path, close: lock(path) };
}

/**
 * Makes the directory this process's own, by a lock that the system takes back when the process ends, however it does.
 * SQLite is asked for it, since Node.js has no call for one.
 * @returns a function that gives it up
 */
function lock(directory: string): () => void {
  const db = new DatabaseSync(join(directory, 'lock'), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    throw new StartError(
      `${directory} is used by another server; stop that, or choose another DATA_DIR.`,
      { cause },
    );
  }
  return () => db.close();
}

/** Not `recursive`: where a parent cannot be made, as in /proc, node would try again for ever. */
async function makeDirectory(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}
