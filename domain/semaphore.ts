import { DomainError } from './errors.ts';

/** Bounds how many works run at once; others wait in line, first in, first out. */
export interface Semaphore {
  /**
   * Takes a permit, waiting for one where none is free.
   * @returns gives the permit back, to the first in line where somebody waits
   * @throws DomainError `busy` where the line is full or the wait takes too long; the signal's reason where it aborts first
   */
  acquire(signal?: AbortSignal): Promise<() => void>;
}

export interface SemaphoreOptions {
  /** How many may have one at once. */
  readonly permits: number;
  /** How many may wait. */
  readonly maxWaiting?: number;
  /** How long one waits at most, in milliseconds. */
  readonly timeoutMs?: number;
  /** Says to whoever is refused, in one sentence, what there is too much of and what to do. */
  readonly refusal: string;
}

/** A line whose waiters leave it when their signal aborts. */
export function createSemaphore(options: SemaphoreOptions): Semaphore {
  const { permits, maxWaiting = 64, timeoutMs = 10_000, refusal } = options;
  let free = permits;
  /** A Set keeps the order in which they came. */
  const line = new Set<() => void>();

  const release = () => {
    const [next] = line;
    if (next === undefined) free++;
    else next();
  };

  /** Each way out of the line takes the waiter out of it at once, so that no permit goes to one who has left. */
  const wait = (signal: AbortSignal | undefined): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      line.delete(enter);
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
    signal?.addEventListener('abort', abort, { once: true });
    return promise;
  };

  return {
    async acquire(signal) {
      signal?.throwIfAborted();
      if (free > 0) free--;
      else if (line.size >= maxWaiting) throw new DomainError('busy', refusal);
      else await wait(signal);
      return release;
    },
  };
}
