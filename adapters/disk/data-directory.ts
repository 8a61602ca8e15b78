import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { lockFile } from './lock-file.ts';
import { ConfigError } from '../config/variables.ts';
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
  const file = join(path, 'lock');
  const close = lockFile(file, {
    taken: `${path} is used by another server; stop that, or choose another DATA_DIR.`,
    failed: (reason) => `${file} cannot be locked (${reason}); check its permissions and the disk.`,
  });
  return { path, close };
}

/** Not `recursive`: where a parent cannot be made, as in /proc, node would try again for ever. */
async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}
