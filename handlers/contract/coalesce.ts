/**
 * Single-flight: calls with the same key share one run. A call joins a run that has not begun, never one that has: what was
 * written before the call is always in what it gets. Runs begin one after another, each in a turn of the event loop of its
 * own, so that other requests are answered in between.
 */
export class Coalescer<Result> {
  readonly #waiting = new Map<string, Promise<Result>>();
  #last: Promise<unknown> = Promise.resolve();

  async run(key: string, work: () => Promise<Result>): Promise<Result> {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    const next = this.#after(this.#last, key, work);
    this.#waiting.set(key, next);
    this.#last = next.catch(() => {});
    return next;
  }

  async #after(last: Promise<unknown>, key: string, work: () => Promise<Result>): Promise<Result> {
    await last;
    await new Promise((resolve) => void setImmediate(resolve));
    this.#waiting.delete(key);
    return work();
  }
}
