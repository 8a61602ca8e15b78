import type { EventsPort } from '../../domain/index.ts';

interface EventsOptions {
  /** How many events are kept for whoever comes back, and may wait for a listener that is slow. */
  readonly kept?: number;
  /** How often a listener hears something, in milliseconds. */
  readonly heartbeat?: number;
}

interface SentEvent {
  readonly id: string;
  readonly text: string;
}

interface Listener {
  waiting: string[];
  /** Whether more waited for it than it may have; nothing is kept for it then. */
  isCutOff: boolean;
  wake(): void;
}

/**
 * Tells listeners what happens, as server-sent events, in this process. Whoever does not keep up is cut off, and comes
 * back with the last id it had.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function createEvents({ kept = 1000, heartbeat = 15_000 }: EventsOptions = {}): EventsPort {
  // Ids of another run mean nothing here.
  const run = crypto.randomUUID().slice(0, 8);
  const events: SentEvent[] = [];
  const listeners = new Set<Listener>();
  let last = 0;
  let timer: NodeJS.Timeout | undefined;

  const tell = (text: string) => {
    for (const listener of listeners) {
      listener.waiting.push(text);
      if (listener.waiting.length > 2 * kept) {
        listener.isCutOff = true;
        listener.waiting = [];
        listeners.delete(listener);
      }
      listener.wake();
    }
  };
  const missed = (lastId: string | undefined): string[] => {
    const place = events.findIndex(({ id }) => id === lastId);
    return place === -1 ? [] : events.slice(place + 1).map(({ text }) => text);
  };

  return {
    publish({ type, data }) {
      const told = `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
      // Without an id it is not what a listener comes back with: it would push out what is worth keeping.
      if (type === 'refreshing') {
        tell(told);
        return;
      }
      const id = `${run}-${++last}`;
      const text = `id: ${id}\n${told}`;
      events.push({ id, text });
      if (events.length > kept) events.shift();
      tell(text);
    },

    async *listen(lastId, signal) {
      const listener: Listener = {
        waiting: [': hello\n\n', ...missed(lastId)],
        isCutOff: false,
        wake: () => {},
      };
      const ended = () => listener.wake();
      signal.addEventListener('abort', ended, { once: true });
      listeners.add(listener);
      timer ??= setInterval(() => tell(':\n\n'), heartbeat).unref();
      try {
        while (!signal.aborted && !listener.isCutOff) {
          if (listener.waiting.length > 0) {
            yield listener.waiting.splice(0).join('');
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
