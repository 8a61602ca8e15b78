import { writeSync } from 'node:fs';
import { pino, type Logger } from 'pino';

/** How much may wait while it cannot be written, in bytes; what comes then is left out. */
const mostWaiting = 1024 * 1024;

/** How long a line waits for others, in milliseconds. */
const gathering = 20;

/** When what could not be written is tried again, in milliseconds; a pipe that is full, as soon as more lines are. */
const pause = 1000;

export interface Log {
  readonly logger: Logger;
  /** Writes what still waits. */
  close(): void;
}

/**
 * What JSON leaves as it is and a terminal obeys, or shows as if it were not there: DEL and the control characters of C1, and
 * those that change the direction of a text or break its lines.
 */
const invisible = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The same line with escapes in their place. They stand in strings alone, where JSON has the escapes for the same text. */
function escapeInvisible(line: string): string {
  return line.replace(
    invisible,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
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
  // Bytes, since a string would keep all the pieces that it was put together from until it is written.
  const waiting = Buffer.allocUnsafeSlow(mostWaiting);
  let end = 0;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    let written = 0;
    try {
      while (written < end) written += writeSync(fd, waiting, written, end - written);
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      timer = setTimeout(flush, isFull ? gathering : pause).unref();
    }
    waiting.copyWithin(0, written, end);
    end -= written;
  };
  return {
    flush,
    write(text: string) {
      const line = escapeInvisible(text);
      const length = Buffer.byteLength(line);
      if (end + length > mostWaiting) flush();
      if (end + length > mostWaiting) return;
      end += waiting.write(line, end);
      timer ??= setTimeout(flush, gathering).unref();
    },
  };
}
