import { DomainError } from '../errors.ts';
import { sourceOf } from './reader-source.ts';

/** Bounds how many works run at once; others wait in line. Sources take turns, and of one it is first in, first out. */
export interface Semaphore {
  /**
   * Takes a permit, waiting for one where none is free.
   * @param signal ends the wait, and may be of a source (`ofSource`)
   * @returns gives the permit back, to the next in line where somebody waits
   * @throws DomainError `busy` where the line, or the share of it that one source has, is full or the wait takes too long; the signal's reason where it aborts first
   */
  acquire(signal?: AbortSignal): Promise<() => void>;
}

export interface SemaphoreOptions {
  /** How many may have one at once. */
  readonly permits: number;
  /** How many may wait, a quarter of them of one source. */
  readonly maxWaiting?: number;
  /** How long one waits at most, in milliseconds. */
  readonly timeoutMs?: number;
  /** Says to whoever is refused, in one sentence, what there is too much of and what to do. */
  readonly refusal: string;
}

/** A line whose waiters leave it when their signal aborts. */
export function createSemaphore(options: SemaphoreOptions): Semaphore {
  const { permits, maxWaiting = 64, timeoutMs = 10_000, refusal } = options;
  const mostPerSource = Math.max(1, Math.floor(maxWaiting / 4));
  let free = permits;
  let waiting = 0;
  /** Of each source those that wait, in the order in which they came; first the source whose turn is next. */
  const lines = new Map<string | undefined, Set<() => void>>();

  const release = () => {
    const [next] = lines;
    if (next === undefined) {
      free++;
      return;
    }
    const [source, line] = next;
    lines.delete(source);
    lines.set(source, line);
    const [enter] = line;
    enter?.();
  };

  /** Each way out of the line takes the waiter out of it at once, so that no permit goes to one who has left. */
  const wait = (signal: AbortSignal | undefined): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const source = sourceOf(signal);
    const line = lines.get(source) ?? new Set();
    const leave = () => {
      line.delete(enter);
      waiting--;
      if (line.size === 0) lines.delete(source);
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const enter = () => {
      leave();
      resolve();
    };
    const abort = () => {
      leave();
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      leave();
      reject(new DomainError('busy', refusal));
    }, timeoutMs);
    line.add(enter);
    lines.set(source, line);
    waiting++;
    signal?.addEventListener('abort', abort, { once: true });
    return promise;
  };

  const isFull = (source: string | undefined) =>
    waiting >= maxWaiting ||
    (source !== undefined && (lines.get(source)?.size ?? 0) >= mostPerSource);

  return {
    async acquire(signal) {
      signal?.throwIfAborted();
      if (free > 0) free--;
      else if (isFull(sourceOf(signal))) throw new DomainError('busy', refusal);
      else await wait(signal);
      return release;
    },
  };
}
