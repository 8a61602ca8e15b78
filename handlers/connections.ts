import type { Socket } from 'node:net';

/** How many connections there may be beyond the limit, for those who watch the server. */
export const reservedConnections = 16;

/** How many of them one address may have, so that whoever takes all others does not take these too. */
const mostPerAddress = reservedConnections / 2;

/** How long such a connection may be silent before its request, and how long it may last, in milliseconds. */
const times = { silent: 1000, whole: 10_000 };

/** Those that are beyond the limit. */
const reserved = new WeakSet<object>();

/** Whether nothing but the state of the server may be asked over a connection, since all others are taken. */
export function isReserved(socket: object): boolean {
  return reserved.has(socket);
}

/** Counts the connections of a listener. Until it asks, nobody knows what a connection is for: some are taken beyond the limit. */
export class Connections {
  #open = 0;
  /** The reserved ones, with what ends those that are silent. */
  readonly #watching = new Map<
    Socket,
    { readonly address: string; readonly timer: NodeJS.Timeout }
  >();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a connection, or ends it; whether it is taken. */
  take(socket: Socket): boolean {
    this.#open += 1;
    socket.once('close', () => {
      this.#open -= 1;
    });
    return this.#open <= this.#limit || this.#reserve(socket);
  }

  /** A request has come over it. */
  hasAsked(socket: Socket): void {
    clearTimeout(this.#watching.get(socket)?.timer);
  }

  #reserve(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    const own = [...this.#watching.values()].filter((other) => other.address === address);
    if (this.#watching.size >= reservedConnections || own.length >= mostPerAddress) {
      socket.destroy();
      return false;
    }
    reserved.add(socket);
    const end = () => socket.destroy();
    const timer = setTimeout(end, times.silent).unref();
    const last = setTimeout(end, times.whole).unref();
    this.#watching.set(socket, { address, timer });
    socket.once('close', () => {
      this.#watching.delete(socket);
      clearTimeout(timer);
      clearTimeout(last);
    });
    return true;
  }
}
