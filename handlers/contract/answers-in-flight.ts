import type { Budget } from './reply.ts';

/** The maximum of each budget, in bytes. */
export type Budgets = Readonly<Record<Budget, number>>;

/** What a stream counts for: its batch of commits, its compression, and what waits in its socket, as measured. */
export const streamBytes = 512 * 1024;

/** Shorter answers are never refused, nor counted: with all connections there may be, they are some megabytes together. */
const uncounted = 16 * 1024;

/**
 * Counts the bytes of answers that their clients have yet to take. Writing to a socket copies nothing: it refers to the
 * buffer, so that one buffer sent to a thousand slow readers counts once.
 */
export interface AnswersInFlight {
  /** Whether an answer may hold so many bytes more. */
  hasRoom(budget: Budget, bytes: number): boolean;
  /** Whether the cache may make and keep one more: kept by slow readers as well, it stays when the cache has dropped it. */
  mayGather(expectedBytes: number | undefined): boolean;
  /**
   * Counts bytes until they are released.
   * @param memory what is in memory: the same one counts once, however many hold it
   * @returns releases them, once
   */
  hold(budget: Budget, memory: object, bytes: number): () => void;
}

/** @param budgets 64 MiB each where absent */
export function countAnswersInFlight(budgets: Partial<Budgets> = {}): AnswersInFlight {
  const each = 64 * 1024 ** 2;
  const maximum: Budgets = { history: each, page: each, stream: each, ...budgets };
  const held: Record<Budget, number> = { history: 0, page: 0, stream: 0 };
  const holders = new Map<object, number>();
  return {
    hasRoom: (budget, bytes) => bytes <= uncounted || held[budget] + bytes <= maximum[budget],
    mayGather: (expected) =>
      held.page <= maximum.page &&
      (expected === undefined || held.history + expected <= maximum.history),
    hold(budget, memory, bytes) {
      if (bytes <= uncounted) return () => {};
      const before = holders.get(memory) ?? 0;
      holders.set(memory, before + 1);
      if (before === 0) held[budget] += bytes;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (holders.get(memory) ?? 1) - 1;
        if (left > 0) {
          holders.set(memory, left);
        } else {
          holders.delete(memory);
          held[budget] -= bytes;
        }
      };
    },
  };
}
