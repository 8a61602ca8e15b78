/**
 * Who works in the mirror of a url: any number at once (a shared lock), or one that replaces it (an exclusive one). Who asks for
 * the exclusive one waits for those that work already; whoever asks later waits behind it, so that it never starves.
 */
export interface MirrorLocks {
  /**
   * Begins to work in a mirror; whoever has ended calls what it gives. Who has begun must not begin again before that.
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

interface Use {
  users: number;
  readonly over: PromiseWithResolvers<void>;
}

export function createMirrorLocks(): MirrorLocks {
  const uses = new Map<string, Use>();
  /** Those that wait to replace a mirror, or do so. */
  const replacing = new Map<string, Promise<unknown>>();

  async function waitForUsers(url: string, signal?: AbortSignal): Promise<void> {
    for (let use; (use = uses.get(url)) !== undefined;) {
      await unlessAborted(use.over.promise, signal);
    }
  }

  return {
    async acquireShared(url, signal) {
      // Between the last look and what is noted then nothing else may run.
      for (let other; (other = replacing.get(url)) !== undefined;) {
        await unlessAborted(over(other), signal);
      }
      const use = uses.get(url) ?? { users: 0, over: Promise.withResolvers<void>() };
      uses.set(url, use);
      use.users++;
      return () => {
        use.users--;
        if (use.users > 0) return;
        uses.delete(url);
        use.over.resolve();
      };
    },
    async runExclusive(url, work, signal) {
      for (let other; (other = replacing.get(url)) !== undefined;) {
        await unlessAborted(over(other), signal);
      }
      const done = waitForUsers(url, signal).then(work);
      replacing.set(url, done);
      try {
        return await done;
      } finally {
        replacing.delete(url);
      }
    },
  };
}

/** However it ends. */
function over(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch(() => {});
}

async function unlessAborted(promise: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
