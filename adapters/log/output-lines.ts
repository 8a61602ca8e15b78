import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** How much may wait while it cannot be written, in bytes; what comes then is left out. */
const mostWaiting = 1024 * 1024;

/** How long a line waits for others, in milliseconds. */
const gathering = 20;

/** When what could not be written is tried again, in milliseconds; a pipe that is full, as soon as more lines are. */
const pause = 1000;

/** Where lines go. */
export interface Lines {
  write(line: string): void;
  /** Writes what still waits, as far as that can be done at once. */
  flush(): void;
}

/** For what people are told: on stderr, at once where somebody reads it, and never waiting for that. */
export function createNotices(): (text: string) => void {
  const lines = createLines(2);
  process.on('exit', lines.flush);
  return (text) => {
    lines.write(`${text}\n`);
    lines.flush();
  };
}

/**
 * Writes lines together that come within a moment: one by one they take as long as half of what else hapi does for a
 * request. A log that cannot be written, as on a full disk, ends nothing; pino's own destination would then try again for
 * ever when the program ends. Nor does one that nobody reads: a process that waits in write(2) hears of no signal.
 */
export function createLines(descriptor: 1 | 2): Lines {
  const fd = withoutWaiting(descriptor);
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
    write(line: string) {
      const length = Buffer.byteLength(line);
      if (end + length > mostWaiting) flush();
      if (end + length > mostWaiting) return;
      end += waiting.write(line, end);
      timer ??= setTimeout(flush, gathering).unref();
    },
  };
}

/** Once in a process: whoever writes last writes on. */
const opened = new Map<number, number>();

/**
 * A descriptor for the same file that does not wait for a reader. A pipe or terminal is opened once more, since the flags of an
 * open file are those of every process that shares it, and any of them may set and reset them.
 */
function withoutWaiting(fd: 1 | 2): number {
  const known = opened.get(fd);
  if (known !== undefined) return known;
  const own = openAnew(fd);
  opened.set(fd, own);
  return own;
}

function openAnew(fd: 1 | 2): number {
  try {
    if (fstatSync(fd).isFIFO() || isatty(fd)) {
      const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
      return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    }
  } catch {
    // No procfs, or a pipe of another user's, as in a container.
  }
  // Node has a pipe or socket not wait as soon as it makes a stream of it.
  void (fd === 1 ? process.stdout : process.stderr);
  return fd;
}
