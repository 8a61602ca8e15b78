import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Connections, isReserved, reservedConnections, type PeerOf } from './connections.ts';
import { badRequestResponse } from './client-error.ts';

export interface ListenerLimits {
  /** How many connections there may be; over a few more the state of the server alone may be asked, and others are closed. */
  readonly maxConnections: number;
  /** Whose a connection is. */
  readonly peerOf: PeerOf;
}

/**
 * Has somebody else take care of a request, who then gives what leaves it to those who listen, unless it is being answered;
 * undefined where nobody does.
 * @param next gives it to them
 */
export type Take = (
  req: IncomingMessage,
  res: ServerResponse,
  next: () => void,
) => (() => void) | undefined;

/** In milliseconds: a connection has that long to send its headers, and a whole request. */
const times = { headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 };

/** A client that has taken no byte of its answer at two looks of Node, this far apart, is one that takes none; in milliseconds. */
const slowReader = 30_000;

/** How long a client that was told of its mistake may keep its end open, in milliseconds. */
const lastWords = 1000;

/** How many requests of one connection may wait for their answers: browsers send one, and pipelining clients a few. */
const mostUnanswered = 8;

/**
 * What listens for hapi, and ends the connections of clients that take more than their share.
 * @param take is asked of each request first
 */
export function createListener(limits: ListenerLimits, take: Take): Server {
  const server = new BoundedServer(take, limits);
  // Node counts those that were refused until they have closed.
  server.maxConnections = 2 * (limits.maxConnections + reservedConnections);
  server.setTimeout(slowReader, (socket) => server.endSlow(socket));
  server.on('checkExpectation', (req, res) => server.emitRequest(req, res));
  server.on('connect', (_req, socket) => server.refuseTunnel(socket));
  // hapi answers and ends its half; a client that never ends the other would keep the connection.
  server.on('clientError', (_error, socket) => endSoon(socket));
  return server;
}

function endSoon(socket: Duplex): void {
  setTimeout(() => socket.destroy(), lastWords).unref();
}

/** `instanceof` alone leaves the type of its request open. */
function isResponse(value: unknown): value is ServerResponse {
  return value instanceof ServerResponse;
}

/** A request whose answer a connection waits for. */
interface Awaited {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Leaves it to those who listen, where they know nothing of it. */
  leave?: (() => void) | undefined;
  /** Tells them of the nonsense that came in it, or after it. */
  reportClientError?: () => void;
}

/** Knows which answers each connection still waits for. */
class BoundedServer extends Server {
  readonly #unanswered = new WeakMap<Duplex, Awaited[]>();
  readonly #complained = new WeakSet<Socket>();
  readonly #take: Take;
  readonly #connections: Connections;

  constructor(take: Take, { maxConnections, peerOf }: ListenerLimits) {
    // What Node refuses by itself nobody would be told of, nor count among the unanswered.
    super({ ...times, maxHeaderSize: 16_384, requireHostHeader: false });
    this.#take = take;
    this.#connections = new Connections(maxConnections, peerOf);
  }

  /** Tells nobody of requests that are too many for their connection: one packet can hold thousands. */
  override emit(event: string, ...args: unknown[]): boolean {
    const [first, second] = args;
    const tell = () => super.emit(event, ...args);
    if (event === 'connection' && first instanceof Socket && !this.#connections.take(first)) {
      return true;
    }
    if (first instanceof IncomingMessage && isResponse(second)) {
      const awaited = this.#admit(first, second);
      if (awaited === undefined) return true;
      if (event === 'request') {
        awaited.leave = this.#take(first, second, () => {
          awaited.leave = undefined;
          tell();
          if (!first.complete) awaited.reportClientError?.();
        });
        if (awaited.leave !== undefined) return true;
      }
    } else if (event === 'clientError' && second instanceof Socket) {
      // Of all that comes after nonsense nothing is understood.
      if (this.#complained.has(second)) return true;
      this.#complained.add(second);
      const unanswered = this.#unanswered.get(second) ?? [];
      const reportClientError = () => (unanswered.length > 0 ? tell() : this.#refuse(second));
      const last = unanswered.at(-1);
      if (last?.leave === undefined) reportClientError();
      else this.#complainLater(second, last, reportClientError);
      return true;
    }
    return tell();
  }

  /** Ends a connection of which hapi knows no request: it would answer without any header. */
  #refuse(socket: Socket): void {
    // Browsers open connections before they need them. One that is silent for too long gets no answer: where the browser has
    // just then asked, that would be its answer; a connection that is closed it asks again over another one.
    if (socket.bytesRead === 0 || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(badRequestResponse());
    endSoon(socket);
  }

  /** hapi would end a connection that it knows of no request of, and with it what is to be answered before the nonsense. */
  #complainLater(socket: Socket, last: Awaited, reportClientError: () => void): void {
    last.reportClientError = reportClientError;
    // More of it would keep the connection from being idle.
    socket.pause();
    if (!last.request.complete) {
      last.leave?.();
      return;
    }
    last.response.once('close', reportClientError);
    setTimeout(() => {
      // What hapi works out may take minutes, and nobody hears of a client that leaves while nothing is read.
      const isHapis = this.#unanswered.get(socket)?.some(({ leave }) => leave === undefined);
      if (isHapis !== true) return;
      last.response.off('close', reportClientError);
      reportClientError();
    }, lastWords).unref();
  }

  /** Ends a connection that asks to be a tunnel. Node forgets what it is to answer, and would tell nobody of its end. */
  refuseTunnel(socket: Duplex): void {
    socket.destroy();
    for (const { request, response } of this.#unanswered.get(socket)?.slice() ?? []) {
      request.destroy();
      response.destroy();
      response.emit('close');
    }
  }

  /**
   * Gives a request to those who listen whatever it expects of the server.
   * @see https://www.rfc-editor.org/rfc/rfc9110#field.expect
   */
  emitRequest(req: IncomingMessage, res: ServerResponse): void {
    super.emit('request', req, res);
  }

  /** Ends a connection on which nothing moves, unless that is for an answer which is still being worked out. */
  endSlow(socket: Socket): void {
    // What is ready waits for those before it.
    const [next] = this.#unanswered.get(socket) ?? [];
    if (next === undefined || next.response.headersSent) socket.destroy();
  }

  #admit(request: IncomingMessage, response: ServerResponse): Awaited | undefined {
    const { socket } = request;
    const unanswered = this.#unanswered.get(socket) ?? [];
    this.#unanswered.set(socket, unanswered);
    const awaited: Awaited = { request, response };
    unanswered.push(awaited);
    if (unanswered.length > mostUnanswered) socket.destroy();
    if (socket.destroyed) return undefined;
    if (isReserved(socket)) {
      this.#connections.hasAsked(socket);
      // Its answer says Connection: close.
      response.shouldKeepAlive = false;
    }
    response.once('close', () => unanswered.splice(unanswered.indexOf(awaited), 1));
    return awaited;
  }
}
