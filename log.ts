import { pino, type Logger } from 'pino';
import { createLines } from './output-lines.ts';

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
