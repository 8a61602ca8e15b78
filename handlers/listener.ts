import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

export interface ListenerLimits {
  /** How many connections there may be; one more is closed at once. */
  readonly maxConnections: number;
}

/** In milliseconds: a connection has that long to send its headers, and a whole request. */
const times = { headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 };

/** How long a client may take no byte of its answer, in milliseconds. */
const slowReader = 30_000;

/** How long a client that was told of its mistake may keep its end open, in milliseconds. */
const lastWords = 1000;

/** How many requests of one connection may wait for their answers: browsers send one, and pipelining clients a few. */
const mostUnanswered = 8;

/** What listens for hapi, and ends the connections of clients that take more than their share. */
export function createListener({ maxConnections }: ListenerLimits): Server {
  const server = new BoundedServer({ ...times, maxHeaderSize: 16_384 });
  server.maxConnections = maxConnections;
  server.setTimeout(slowReader, (socket) => server.endSlow(socket));
  server.on('clientError', (_error, socket) => {
    // Browsers open connections before they need them. hapi answers one that is silent for too long, and where the browser
    // has just then asked, that would be its answer; a connection that is closed it asks again over another one.
    if (socket instanceof Socket && socket.bytesRead === 0) socket.destroy();
    // hapi answers and ends its half; a client that never ends the other would keep the connection.
    setTimeout(() => socket.destroy(), lastWords).unref();
  });
  return server;
}

interface Answer {
  readonly headersSent: boolean;
  once(event: 'close', closed: () => void): unknown;
}

/** Knows which answers each connection still waits for. */
class BoundedServer extends Server {
  readonly #unanswered = new WeakMap<Socket, Answer[]>();

  /** Tells nobody of requests that are too many for their connection: one packet can hold thousands. */
  override emit(event: string, ...args: unknown[]): boolean {
    const [request, response] = args;
    if (request instanceof IncomingMessage && response instanceof ServerResponse) {
      if (!this.#admits(request.socket, response)) return true;
    }
    return super.emit(event, ...args);
  }

  /** Ends a connection on which nothing moves, unless that is for an answer which is still being worked out. */
  endSlow(socket: Socket): void {
    // What is ready waits for those before it.
    const [next] = this.#unanswered.get(socket) ?? [];
    if (next === undefined || next.headersSent) socket.destroy();
  }

  #admits(socket: Socket, response: Answer): boolean {
    const unanswered = this.#unanswered.get(socket) ?? [];
    this.#unanswered.set(socket, unanswered);
    unanswered.push(response);
    if (unanswered.length > mostUnanswered) socket.destroy();
    if (socket.destroyed) return false;
    response.once('close', () => unanswered.splice(unanswered.indexOf(response), 1));
    return true;
  }
}
