import type { Socket } from 'node:net';

/** How many connections there may be beyond the limit, for those who watch the server. */
export const reservedConnections = 16;

/** How many of them one client may have, and how many are for what is near alone, as a container's HEALTHCHECK. */
const mostPerClient = reservedConnections / 4;
const keptForNear = reservedConnections / 4;

/** How long such a connection may be silent before its request, and how long it may last, in milliseconds. */
const times = { silent: 1000, whole: 10_000 };

/** Whose a connection is. */
export interface Peer {
  /** Has a share of the connections: an IPv4 address, or an IPv6 /64. */
  readonly client: string;
  /** Whether it may have all of them: this machine, and a proxy by which many clients come. */
  readonly isNear: boolean;
}

/** Tells it by the address. */
export type PeerOf = (address: string) => Peer;

/** Those that are beyond the limit. */
const reserved = new WeakSet<object>();

/** Whether nothing but the state of the server may be asked over a connection, since all others are taken. */
export function isReserved(socket: object): boolean {
  return reserved.has(socket);
}

interface Reserved {
  readonly socket: Socket;
  readonly peer: Peer;
  /** Ends it while it is silent; undefined once it has asked. */
  silent: NodeJS.Timeout | undefined;
}

/** Counts the connections of a listener. Until it asks, nobody knows what a connection is for: some are taken beyond the limit. */
export class Connections {
  #open = 0;
  readonly #ofClient = new Map<string, number>();
  /** In the order in which they came. */
  readonly #reserved = new Map<Socket, Reserved>();
  readonly #limit: number;
  readonly #peerOf: PeerOf;

  constructor(limit: number, peerOf: PeerOf) {
    this.#limit = limit;
    this.#peerOf = peerOf;
  }

  /** Takes a connection, or ends it; whether it is taken. */
  take(socket: Socket): boolean {
    const peer = this.#peerOf(socket.remoteAddress ?? '');
    const own = this.#ofClient.get(peer.client) ?? 0;
    const hasShare = peer.isNear || own < Math.max(1, Math.floor(this.#limit / 2));
    if (!hasShare || this.#open >= this.#limit) return this.#reserve(socket, peer);
    this.#open += 1;
    this.#ofClient.set(peer.client, own + 1);
    socket.once('close', () => {
      this.#open -= 1;
      const left = (this.#ofClient.get(peer.client) ?? 1) - 1;
      if (left === 0) this.#ofClient.delete(peer.client);
      else this.#ofClient.set(peer.client, left);
    });
    return true;
  }

  /** A request has come over it. */
  hasAsked(socket: Socket): void {
    const found = this.#reserved.get(socket);
    if (found === undefined) return;
    clearTimeout(found.silent);
    found.silent = undefined;
  }

  #reserve(socket: Socket, peer: Peer): boolean {
    const rivals = this.#rivalsOf(peer);
    const silent = rivals?.find((rival) => rival.silent !== undefined);
    if (rivals !== undefined && silent === undefined) {
      socket.destroy();
      return false;
    }
    // What asks nothing gives way to what may be about to.
    silent?.socket.destroy();
    if (silent !== undefined) this.#reserved.delete(silent.socket);
    reserved.add(socket);
    const end = () => socket.destroy();
    const added: Reserved = { socket, peer, silent: setTimeout(end, times.silent).unref() };
    const last = setTimeout(end, times.whole).unref();
    this.#reserved.set(socket, added);
    socket.once('close', () => {
      this.#reserved.delete(socket);
      clearTimeout(added.silent);
      clearTimeout(last);
    });
    return true;
  }

  /** Those of which one has to go before another of that peer is taken, oldest first; undefined where there is room. */
  #rivalsOf({ client, isNear }: Peer): readonly Reserved[] | undefined {
    const all = [...this.#reserved.values()];
    if (isNear) return all.length < reservedConnections ? undefined : all;
    const own = all.filter(({ peer }) => peer.client === client);
    if (own.length >= mostPerClient) return own;
    const others = all.filter(({ peer }) => !peer.isNear);
    const hasRoom =
      others.length < reservedConnections - keptForNear && all.length < reservedConnections;
    return hasRoom ? undefined : others;
  }
}
