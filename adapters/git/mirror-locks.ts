import { raceAbort } from '../../domain/concurrency/race-abort.ts';

/**
 * A shared lock of the mirror of a url, for any number that work in it at once, and an exclusive one for whoever replaces it.
 * Who asks for the exclusive one waits for those that work already; whoever asks later waits behind it, so that it never
 * starves.
 */
export interface MirrorLocks {
  /**
   * @returns releases the lock; who holds it must not acquire it again before that
   * @throws the reason of the signal, where that aborts first
   */
  acquireShared(url: string, signal?: AbortSignal): Promise<() => void>;
  /**
   * Does something quick while nobody works in a mirror.
   * @throws the reason of the signal, where that aborts before nobody works there
   */
  runExclusive<Result>(
    url: string,
    work: () => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result>;
}

interface SharedLock {
  holders: number;
  readonly released: PromiseWithResolvers<void>;
}

export function createMirrorLocks(): MirrorLocks {
  const shared = new Map<string, SharedLock>();
  /** Those that hold the exclusive lock, or wait for it. */
  const exclusive = new Map<string, Promise<unknown>>();

  async function waitForShared(url: string, signal?: AbortSignal): Promise<void> {
    for (let lock; (lock = shared.get(url)) !== undefined;) {
      await raceAbort(lock.released.promise, signal);
    }
  }

  return {
    async acquireShared(url, signal) {
      // No `await` may come between the last look and taking the lock: somebody else would see it free as well.
      for (let holder; (holder = exclusive.get(url)) !== undefined;) {
        await raceAbort(settled(holder), signal);
      }
      const lock = shared.get(url) ?? { holders: 0, released: Promise.withResolvers<void>() };
      shared.set(url, lock);
      lock.holders++;
      return () => {
        lock.holders--;
        if (lock.holders > 0) return;
        shared.delete(url);
        lock.released.resolve();
      };
    },
    async runExclusive(url, work, signal) {
      for (let holder; (holder = exclusive.get(url)) !== undefined;) {
        await raceAbort(settled(holder), signal);
      }
      const done = waitForShared(url, signal).then(work);
      exclusive.set(url, done);
      try {
        return await done;
      } finally {
        exclusive.delete(url);
      }
    },
  };
}

function settled(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch(() => {});
}
