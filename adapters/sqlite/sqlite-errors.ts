import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { NewerSchema } from './schema.ts';

/** The database cannot be used; the message says why and what to do, in one sentence. */
export class UnusableDatabase extends Error {
  override readonly name = 'UnusableDatabase';
}

/** By SQLite's primary result codes, https://www.sqlite.org/rescode.html. */
const reasons: Readonly<Record<number, string>> = {
  5: 'another program has locked it; stop that one first.',
  8: 'it cannot be written; check its permissions and those of its directory.',
  10: 'the disk cannot be read or written, or is full; check it.',
  11: 'it is damaged; put a backup in its place, or move it away to begin anew.',
  13: 'the disk is full; make room.',
  14: 'it cannot be opened or made; check its permissions and those of its directory.',
  26: 'it is no SQLite database; move it away, or set STORE_URL to another file.',
};

/** Why a database cannot be opened, and what to do. */
export function reasonOf(error: unknown): string {
  if (error instanceof NewerSchema) {
    return `${error.message}; start a newer version, or put back the backup from before the upgrade.`;
  }
  if (isSqliteError(error)) return reasons[Number(error.errcode) & 0xff] ?? `${error.message}.`;
  return String(error);
}

/** A full disk, also where only SQLite's files beside the database find no room, or no inode. */
export function isDiskFault(error: unknown, file: string): boolean {
  if (!isSqliteError(error)) return false;
  const code = Number(error.errcode) & 0xff;
  if (code === 14) return hasNoInodes(dirname(file));
  return code === 10 || code === 13;
}

function hasNoInodes(directory: string): boolean {
  try {
    const { files, ffree } = statfsSync(directory);
    // Some file systems make inodes as they need them, and tell of none.
    return files > 0 && ffree === 0;
  } catch {
    return false;
  }
}

export function isSqliteError(error: unknown): error is Error & { readonly errcode: unknown } {
  return error instanceof Error && 'errcode' in error;
}
