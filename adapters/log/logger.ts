import { pino, type Logger } from 'pino';
import { createLines } from './output-lines.ts';

export interface Log {
  readonly logger: Logger;
  /** Writes what still waits, as far as that can be done at once: before work that leaves this thread no time to. */
  flush(): void;
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
  const destination = { write: (line: string) => lines.write(escapeInvisible(line)) };
  return {
    logger: pino({ level, base: null }, destination),
    flush: lines.flush,
    close() {
      process.off('exit', lines.flush);
      lines.flush();
    },
  };
}
