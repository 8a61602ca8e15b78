import { writeSync } from 'node:fs';
import { pino, type Logger } from 'pino';

/** How much may wait while it cannot be written, in characters; what comes then is left out. */
const mostWaiting = 1024 * 1024;

/** How long a line waits for others, in milliseconds. */
const gathering = 20;

export interface Log {
  readonly logger: Logger;
  /** Writes what still waits. */
  close(): void;
}

/** Logs to stdout, a line of JSON for each event. */
export function createLog(level: string): Log {
  const lines = createLines(1);
  process.on('exit', lines.flush);
  return {
    logger: pino({ level, base: null }, lines),
    close() {
      process.off('exit', lines.flush);
      lines.flush();
    },
  };
}

/**
 * Writes lines together that come within a moment: one by one they take as long as half of what else hapi does for a
 * request. A log that cannot be written, as on a full disk, ends nothing; pino's own destination would then try again for
 * ever when the program ends.
 */
function createLines(fd: number) {
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    timer = undefined;
    let rest = Buffer.from(waiting);
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
    } catch {
      // It is tried again with the next line.
    }
    waiting = rest.toString();
  };
  return {
    flush,
    write(line: string) {
      if (waiting.length > mostWaiting) return;
      waiting += line;
      timer ??= setTimeout(flush, gathering).unref();
    },
  };
}
