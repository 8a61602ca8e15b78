import { writeSync } from 'node:fs';
import { pino, type Logger } from 'pino';

/** How much may wait while it cannot be written, in bytes, more or less; what comes then is left out. */
const mostWaiting = 1024 * 1024;

/** How long a line waits for others, in milliseconds. */
const gathering = 20;

/** When what could not be written is tried again, in milliseconds. */
const pause = 1000;

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
  let lines = '';
  let unwritten: Buffer = Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    unwritten = Buffer.concat([unwritten, Buffer.from(lines)]);
    lines = '';
    try {
      while (unwritten.length > 0) unwritten = unwritten.subarray(writeSync(fd, unwritten));
    } catch {
      timer = setTimeout(flush, pause).unref();
    }
  };
  return {
    flush,
    write(line: string) {
      if (unwritten.length + lines.length > mostWaiting) return;
      lines += line;
      timer ??= setTimeout(flush, gathering).unref();
    },
  };
}
