import { ofSource, sourceOf } from '../../domain/index.ts';
import { raceAbort } from '../../domain/concurrency/race-abort.ts';
import { createSemaphore, type Semaphore } from '../../domain/concurrency/semaphore.ts';

interface Waiting<Result> {
  readonly result: Promise<Result>;
  /** Aborts when nobody waits for it any more. */
  readonly leaving: AbortController;
  readers: number;
}

/**
 * Single-flight: calls with the same key share one run. A call joins a run that has not begun, never one that has: what was
 * written before the call is always in what it gets. Runs begin one after another, each in a turn of the event loop of its
 * own, so that other requests are answered in between. Clients take turns, and a run that nobody waits for any more is left out.
 */
export class Coalescer<Result> {
  readonly #waiting = new Map<string, Waiting<Result>>();
  readonly #turns: Semaphore = createSemaphore({
    permits: 1,
    refusal: 'Very many pages are being made; try again shortly.',
  });

  /**
   * @param signal of a call: it leaves when that aborts
   * @throws DomainError `busy` where too many runs wait, in all or for one client
   */
  async run(key: string, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const waiting = this.#waiting.get(key) ?? this.#enqueue(key, work, sourceOf(signal));
    waiting.readers++;
    try {
      return await raceAbort(waiting.result, signal);
    } finally {
      waiting.readers--;
      if (waiting.readers === 0) {
        this.#remove(key, waiting);
        waiting.leaving.abort();
      }
    }
  }

  #enqueue(key: string, work: () => Promise<Result>, source: string | undefined): Waiting<Result> {
    const leaving = new AbortController();
    const result = this.#whenFirst(ofSource(leaving.signal, source), async () => {
      this.#remove(key, waiting);
      return work();
    });
    const waiting: Waiting<Result> = { result, leaving, readers: 0 };
    // Each call hears of it by itself, and nobody where all have left.
    result.catch(() => this.#remove(key, waiting));
    this.#waiting.set(key, waiting);
    return waiting;
  }

  #remove(key: string, waiting: Waiting<Result>): void {
    if (this.#waiting.get(key) === waiting) this.#waiting.delete(key);
  }

  async #whenFirst(leaving: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const release = await this.#turns.acquire(leaving);
    try {
      await new Promise((resolve) => void setImmediate(resolve));
      leaving.throwIfAborted();
      return await work();
    } finally {
      release();
    }
  }
}
