import type { Budget } from './reply.ts';

/** The maximum of each budget, in bytes. */
export type Budgets = Readonly<Record<Budget, number>>;

/** What a stream counts for: its batch of commits, its compression, and what waits in its socket, as measured. */
export const streamBytes = 512 * 1024;

/** Shorter answers are never refused, nor counted: with all connections there may be, they are some megabytes together. */
const uncounted = 16 * 1024;

/** How much of a budget one client may hold. */
const share = 1 / 4;

/**
 * Counts the bytes of answers that their clients have yet to take. Writing to a socket copies nothing: it refers to the
 * buffer, so that one buffer sent to a thousand slow readers counts once, and once for each client.
 */
export interface AnswersInFlight {
  /**
   * Whether an answer may hold so many bytes more: within the client's share, and within what all may hold.
   * @param client of whom a share is counted
   * @param isProbe whether the client's share alone counts, so that nobody keeps others from watching the server
   */
  hasRoom(budget: Budget, bytes: number, client: string, isProbe: boolean | undefined): boolean;
  /** Whether the cache may make and keep one more: kept by slow readers as well, it stays when the cache has dropped it. */
  mayGather(expectedBytes: number | undefined): boolean;
  /**
   * Counts bytes until they are released.
   * @param memory what is in memory: the same one counts once, however many hold it
   * @returns releases them, once
   */
  hold(budget: Budget, memory: object, bytes: number, client: string): () => void;
}

/** @param budgets 64 MiB each where absent */
export function countAnswersInFlight(budgets: Partial<Budgets> = {}): AnswersInFlight {
  const each = 64 * 1024 ** 2;
  const maximum: Budgets = { history: each, page: each, stream: each, ...budgets };
  const all = new HeldBytes();
  const clients = new Map<string, HeldBytes>();
  const fits = (held: HeldBytes | undefined, budget: Budget, bytes: number, part: number) =>
    (held?.of(budget) ?? 0) + bytes <= maximum[budget] * part;
  return {
    hasRoom: (budget, bytes, client, isProbe = false) =>
      bytes <= uncounted ||
      ((isProbe || fits(all, budget, bytes, 1)) &&
        // Alone it may hold the one answer that is larger than its share.
        ((clients.get(client)?.of(budget) ?? 0) === 0 ||
          fits(clients.get(client), budget, bytes, share))),
    mayGather: (expected) =>
      fits(all, 'page', 0, 1) && (expected === undefined || fits(all, 'history', expected, 1)),
    hold(budget, memory, bytes, client) {
      if (bytes <= uncounted) return () => {};
      const own = clients.get(client) ?? new HeldBytes();
      clients.set(client, own);
      all.add(budget, memory, bytes);
      own.add(budget, memory, bytes);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        all.release(budget, memory, bytes);
        own.release(budget, memory, bytes);
        if (own.isEmpty && clients.get(client) === own) clients.delete(client);
      };
    },
  };
}

/** Bytes of memory that are held, each memory once. */
class HeldBytes {
  readonly #bytes: Record<Budget, number> = { history: 0, page: 0, stream: 0 };
  readonly #holders = new Map<object, number>();

  of(budget: Budget): number {
    return this.#bytes[budget];
  }

  get isEmpty(): boolean {
    return this.#holders.size === 0;
  }

  add(budget: Budget, memory: object, bytes: number): void {
    const before = this.#holders.get(memory) ?? 0;
    this.#holders.set(memory, before + 1);
    if (before === 0) this.#bytes[budget] += bytes;
  }

  release(budget: Budget, memory: object, bytes: number): void {
    const left = (this.#holders.get(memory) ?? 1) - 1;
    if (left > 0) {
      this.#holders.set(memory, left);
    } else {
      this.#holders.delete(memory);
      this.#bytes[budget] -= bytes;
    }
  }
}
