import type { Logger } from 'pino';
import { isReserved } from './connections.ts';
import { isRead } from './cross-origin.ts';
import { createGate, watched } from './gate.ts';
import { handle } from './handle.ts';
import type { Handler, Limits, RawInput, Site } from './handler.ts';
import { leaving, NodeCall } from './node-call.ts';
import { createPlaces, type Places } from './places.ts';
import { observe, type Exchange, type Observer } from './observe.ts';
import { namesOneHost } from './one-host.ts';
import { isReady, sendReady } from './ready-reply.ts';
import type { Reply, UnreadyReply } from './reply.ts';
import { RefusedError } from './problems.ts';
import type { Render } from './represent.ts';
import { SessionStreams } from './session-streams.ts';
import { commonHeaders } from './security-headers.ts';

/** What is done for a request, whether hapi has found out where it leads or the shortcut knew. */
export interface Exchanges extends Observer {
  /** @throws RefusedError */
  letIn(exchange: Exchange, route: string | undefined): Promise<void>;
  /** Sends the reply of a handler, or gives it back where hapi has to send it. */
  answer(exchange: Exchange, handler: Handler, input: RawInput): Promise<UnreadyReply | undefined>;
  /** The headers that every answer carries. */
  common(exchange: Exchange): Readonly<Record<string, string>>;
}

export interface ExchangesOptions extends Site {
  readonly limits: Limits;
  /** How many connections there may be. */
  readonly maxConnections: number;
  readonly logger: Logger;
  readonly render: Render;
  /** Aborts when the server begins to end. */
  readonly ending: AbortSignal;
  /** Aborts when nothing can be waited for any longer. */
  readonly over: AbortSignal;
}

export function createExchanges(options: ExchangesOptions): Exchanges {
  const { ports, version, render, limits, origins, gate = createGate() } = options;
  const { openSession } = options;
  const streams = new SessionStreams();
  const closeSession = (session: string) => {
    options.closeSession?.(session);
    streams.end(session);
  };
  const allowed = { ...limits, version, openSession, closeSession };
  // Apart, so that who listens keeps nobody from changing anything.
  const longAnswers = createPlaces(options.maxConnections);
  const writes = createPlaces(options.maxConnections);
  const common: Exchanges['common'] = ({ req, id }) =>
    commonHeaders(id, origins, req.headers.origin);
  return {
    ...observe(ports.metrics, options.logger),
    common,
    async letIn(exchange, route) {
      const { req, address } = exchange;
      const { method = '', headers } = req;
      if (isReserved(req.socket) && (route === undefined || !watched.has(route)))
        throw new RefusedError('too_many_connections');
      if (!namesOneHost(req)) throw new RefusedError('bad_request');
      // Nothing but a proxy speaks TLS here.
      exchange.sender = await gate({ method, route, headers, address, isSecure: false });
      if (!isRead(method)) occupy(writes, exchange);
    },
    async answer(exchange, handler, input) {
      const { res, sender = { isSecure: false } } = exchange;
      const signals = () => [leaving(res), options.over];
      const call = new NodeCall(allowed, sender, options.ending, signals);
      const reply = await handle(handler, { ports, version, render }, input, call);
      if (lasts(reply)) {
        occupy(longAnswers, exchange);
        if (sender.session !== undefined) streams.add(sender.session, res);
      }
      if (!isReady(reply)) return reply;
      const vary = [reply.headers?.['vary'] ?? [], origins === undefined ? [] : 'origin'].flat();
      await sendReady(exchange, reply, {
        ...common(exchange),
        ...(vary.length > 0 && { vary: vary.join(', ') }),
      });
      return undefined;
    },
  };
}

/** A client that takes more than that slowly keeps its connection for minutes; in bytes. */
const longAnswer = 1024 * 1024;

/** Whether an answer may take long to be sent: one that is made meanwhile may never end. */
function lasts(reply: Reply): boolean {
  return reply.kind === 'stream' || (reply.kind === 'bytes' && reply.bytes.length > longAnswer);
}

/** Takes a place for the client until its answer has been sent, or it has left. */
function occupy(places: Places, { req, res, sender, address = '' }: Exchange): void {
  const release = places.take(sender?.source ?? address);
  res.once('close', release);
  // Before Node 24.16 an answer that waits behind another is not told that its connection has closed.
  req.once('aborted', release);
  if (res.destroyed || req.socket.destroyed) release();
}
