import { statSync, watch } from 'node:fs';
import type { ExecutionContext } from 'ava';

/**
 * Watches the log of an SQLite database.
 * @returns a function that waits until it is short, and whatever else is wanted holds
 */
export function watchLog(
  t: ExecutionContext,
  file: string,
): (isWanted?: () => boolean) => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let holds = () => false;
  const look = () => {
    if (statSync(`${file}-wal`).size < 1e6 && holds()) resolve();
  };
  const watcher = watch(`${file}-wal`, look);
  t.teardown(() => watcher.close());
  return (isWanted = () => true) => {
    holds = isWanted;
    look();
    return promise;
  };
}
