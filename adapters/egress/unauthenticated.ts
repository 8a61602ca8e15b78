import type { Socket } from 'node:net';

/** How long a connection may take to authenticate itself, in milliseconds: git does with its first request. */
const longest = 10_000;

/** How many connections that have not authenticated themselves there may be at once. */
const most = 256;

/** Connections to the proxy of which nothing is known yet: any process of the machine can make them, and each takes a descriptor. */
export interface Newcomers {
  /** Closes a connection that does not authenticate itself in time, or the oldest where there are too many. */
  add(client: Socket): void;
  /** To be called when a connection has authenticated itself. */
  accept(client: Socket): void;
}

export function createNewcomers(): Newcomers {
  // In the order in which they came.
  const waiting = new Map<Socket, NodeJS.Timeout>();
  const accept = (client: Socket) => {
    clearTimeout(waiting.get(client));
    waiting.delete(client);
  };
  return {
    add: (client) => {
      const timer = setTimeout(() => client.destroy(), longest);
      timer.unref();
      waiting.set(client, timer);
      client.once('close', () => accept(client));
      const [oldest] = waiting.keys();
      if (waiting.size > most) oldest?.destroy();
    },
    accept,
  };
}
