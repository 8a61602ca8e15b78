import { readFileSync, writeFileSync } from 'node:fs';

/** Tells, even after it was killed, whether a program was writing to its database. */
export interface WriteMarker {
  /** What makes a program tell, for its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether a transaction has begun and not ended. */
  writing(): boolean;
}

/**
 * Makes the program that gets its environment note the begin and the end of each of its transactions in a file. Each takes
 * as long as on a slow disk, so that something can happen meanwhile.
 */
export function writeMarker(file: string): WriteMarker {
  writeFileSync(file, '0');
  const plant = `
    import { DatabaseSync } from 'node:sqlite';
    import { openSync, writeSync } from 'node:fs';
    const marker = openSync(${JSON.stringify(file)}, 'r+');
    const { exec } = DatabaseSync.prototype;
    DatabaseSync.prototype.exec = function (sql) {
      if (sql === 'BEGIN IMMEDIATE') writeSync(marker, '1', 0);
      if (sql === 'COMMIT') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      exec.call(this, sql);
      if (sql === 'COMMIT' || sql === 'ROLLBACK') writeSync(marker, '0', 0);
    };`;
  return {
    env: { NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(plant)}"` },
    writing: () => readFileSync(file, 'latin1') === '1',
  };
}
