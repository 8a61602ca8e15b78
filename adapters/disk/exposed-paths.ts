import { statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * What of a server's data other users of the machine can reach, in a sentence each that says what to do. A server makes its
 * files for its own user alone; an earlier version did not, and a directory may be made by others.
 * @param database undefined where there is none
 */
export function exposedPaths(directory: string, database: string | undefined): readonly string[] {
  const advice = (path: string, mode: number) =>
    `${path} has mode 0${mode.toString(8)}, so other users can read what private repositories hold; run chmod -R go= on it.`;
  const found: string[] = [];
  const directoryMode = modeOf(directory);
  if ((directoryMode & 0o077) !== 0) found.push(advice(directory, directoryMode));
  if (database === undefined || dirname(database) === directory) return found;
  const databaseMode = modeOf(database);
  // Where nobody else comes through its directory, its own mode does not matter.
  const isReached = (modeOf(dirname(database)) & 0o011) !== 0;
  if (isReached && (databaseMode & 0o077) !== 0) found.push(advice(database, databaseMode));
  return found;
}

/** The permissions of a path; none where it is away. */
function modeOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777;
}
