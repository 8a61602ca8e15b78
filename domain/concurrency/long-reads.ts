import { createSemaphore, type SemaphoreOptions } from './semaphore.ts';

/**
 * After how much of its time a step of a read ends, in milliseconds. Whoever asks for something else waits for one step of
 * each read that runs, and for the first of each that begins: it takes no longer than to answer with a page.
 */
export const stepMs = 2;

/** Runs reads that take many steps, a few at once. */
export interface LongReads {
  /**
   * Runs a read, which awaits `next` before each step but the first. Its first `next` waits for a permit, so that a read of
   * one step needs none; each lets whatever else waits for this thread come first.
   * @param signal ends the read before its next step
   * @throws DomainError `busy` as `Semaphore.acquire`; the signal's reason
   */
  run<Result>(
    read: (next: () => Promise<void>) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result>;
}

export function createLongReads(options: SemaphoreOptions): LongReads {
  const semaphore = createSemaphore(options);
  return {
    async run(read, signal) {
      signal?.throwIfAborted();
      let release: (() => void) | undefined;
      const next = async () => {
        release ??= await semaphore.acquire(signal);
        await new Promise((resolve) => void setImmediate(resolve));
        signal?.throwIfAborted();
      };
      try {
        return await read(next);
      } finally {
        release?.();
      }
    },
  };
}

/** The long reads of a store, by kind. */
export interface ReadLimits {
  readonly searches: LongReads;
  /** In a line of their own: pages need them, and they take a tenth of a search's time. */
  readonly counts: LongReads;
}

/** @param concurrency how many of each kind run at once */
export function createReadLimits(concurrency: number): ReadLimits {
  const limit = (what: string) =>
    createLongReads({
      permits: concurrency,
      refusal: `Too many ${what} run at once; try again shortly.`,
    });
  return { searches: limit('searches'), counts: limit('counts of commits') };
}
