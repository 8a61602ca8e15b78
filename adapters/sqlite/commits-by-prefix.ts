import type { DatabaseSync } from 'node:sqlite';
import { maxPrefixMatches, type Commit } from '../../domain/index.ts';
import { commitColumns, toCommit } from './rows.ts';

/** The longest object name, in digits. */
const longestName = 64;

/** Finds the commits of a history whose object names begin so. */
export function findByPrefix(db: DatabaseSync) {
  const between = db.prepare(
    `SELECT ${commitColumns} FROM commits INDEXED BY commits_sha JOIN authors ON id = author
     WHERE history = ? AND sha >= ? AND sha <= ? ORDER BY sha LIMIT ${maxPrefixMatches}`,
  );
  return (history: number, prefix: string): readonly Commit[] => {
    const lowest = Buffer.from(prefix.length % 2 === 0 ? prefix : `${prefix}0`, 'hex');
    const highest = Buffer.from(prefix.padEnd(longestName, 'f'), 'hex');
    return between.all(history, lowest, highest).map(toCommit);
  };
}
