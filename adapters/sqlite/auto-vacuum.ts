import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { number } from './values.ts';

/** A larger file is left as it is: nobody waits minutes for a start, and a supervisor may end one that takes long. */
const mostBytes = 512 * 1024 ** 2;

/** What stays free of the disk beside the new file. */
const besideBytes = 64 * 1024 ** 2;

/**
 * Rewrites a database that was made without `auto_vacuum`, once, so that its file can shrink from then on. SQLite does that by
 * `VACUUM` alone; `VACUUM INTO` needs the room of one more file, and in the directory of the database.
 * @param name may be a symbolic link: the file that it leads to is rewritten, where SQLite has its log too
 * @param tell is told what is done, or why it is not
 */
export function enableAutoVacuum(name: string, tell: (message: string) => void): void {
  if (!existsSync(name)) return;
  const file = realpathSync(name);
  const copy = `${file}-vacuum`;
  rmSync(copy, { force: true });
  if (!vacuumInto(file, copy, tell)) return;
  // The last connection has taken the log into the database and removed it; else another program may still write to it.
  if (existsSync(`${file}-wal`)) return rmSync(copy);
  try {
    sync(copy);
    renameSync(copy, file);
    sync(dirname(file));
  } catch (error) {
    // A file that is a mount of its own, as in a container, cannot be replaced.
    rmSync(copy, { force: true });
    tell(notRewritten(file, error));
  }
}

function notRewritten(file: string, error: unknown): string {
  return `${file} was not rewritten (${String(error)}), and is of use as it is.`;
}

/** @returns whether the database is one without `auto_vacuum`, and was written to `copy` */
function vacuumInto(file: string, copy: string, tell: (message: string) => void): boolean {
  const db = new DatabaseSync(file);
  try {
    const read = (name: string) => number(db.prepare(`PRAGMA ${name}`).get() ?? {}, name);
    const bytes = read('page_count') * read('page_size');
    if (bytes === 0 || read('auto_vacuum') !== 0) return false;
    const { bavail, bsize } = statfsSync(dirname(file));
    if (bytes > mostBytes || bavail * bsize < bytes + besideBytes) {
      tell(
        `${file} does not shrink when projects are removed, its free pages are used again: an earlier version has made it. ` +
          `To change that, stop the server and run sqlite3 ${file} 'PRAGMA auto_vacuum=INCREMENTAL; VACUUM'.`,
      );
      return false;
    }
    tell(`${file} is rewritten once, so that it can shrink when projects are removed.`);
    db.exec('PRAGMA auto_vacuum = INCREMENTAL');
    try {
      db.prepare('VACUUM INTO ?').run(copy);
      return true;
    } catch (error) {
      rmSync(copy, { force: true });
      tell(notRewritten(file, error));
      return false;
    }
  } finally {
    db.close();
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
