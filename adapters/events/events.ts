import type { EventsPort, PublishedEvent } from '../../domain/index.ts';

interface EventsOptions {
  /** How many events are kept for whoever comes back, and may wait for a listener that is slow. */
  readonly kept?: number;
  /** How often a listener gets a batch at least, in milliseconds. */
  readonly heartbeat?: number;
}

interface Listener {
  waiting: PublishedEvent[];
  /** Whether it is to get a batch even where nothing waits. */
  isDue: boolean;
  /** Whether more waited for it than it may have; nothing is kept for it then. */
  isCutOff: boolean;
  wake(): void;
}

/**
 * Tells listeners what happens, in this process. Whoever does not keep up is cut off, and comes back with the last id it had.
 */
export function createEvents({ kept = 1000, heartbeat = 15_000 }: EventsOptions = {}): EventsPort {
  // Ids of another run mean nothing here.
  const run = crypto.randomUUID().slice(0, 8);
  const events: PublishedEvent[] = [];
  const listeners = new Set<Listener>();
  let last = 0;
  let timer: NodeJS.Timeout | undefined;

  const deliver = (event: PublishedEvent) => {
    for (const listener of listeners) {
      listener.waiting.push(event);
      if (listener.waiting.length > 2 * kept) {
        listener.isCutOff = true;
        listener.waiting = [];
        listeners.delete(listener);
      }
      listener.wake();
    }
  };
  const beat = () => {
    for (const listener of listeners) {
      listener.isDue = true;
      listener.wake();
    }
  };
  const missed = (lastId: string | undefined): PublishedEvent[] => {
    const place = lastId === undefined ? -1 : events.findIndex(({ id }) => id === lastId);
    return place === -1 ? [] : events.slice(place + 1);
  };

  return {
    publish(event) {
      // Without an id it is not what a listener comes back with: it would push out what is worth keeping.
      if (event.type === 'refreshing') {
        deliver({ ...event, id: null });
        return;
      }
      const published = { ...event, id: `${run}-${++last}` };
      events.push(published);
      if (events.length > kept) events.shift();
      deliver(published);
    },

    async *listen(lastId, signal) {
      const listener: Listener = {
        waiting: missed(lastId),
        isDue: true,
        isCutOff: false,
        wake: () => {},
      };
      const ended = () => listener.wake();
      signal.addEventListener('abort', ended, { once: true });
      listeners.add(listener);
      timer ??= setInterval(beat, heartbeat).unref();
      try {
        while (!signal.aborted && !listener.isCutOff) {
          if (listener.isDue || listener.waiting.length > 0) {
            listener.isDue = false;
            yield listener.waiting.splice(0);
          } else {
            const { promise, resolve } = Promise.withResolvers<void>();
            listener.wake = resolve;
            await promise;
          }
        }
      } finally {
        signal.removeEventListener('abort', ended);
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      }
    },
  };
}
