import type { Logger } from 'pino';
import { DomainError } from '../../../domain/index.ts';
import { countAnswersInFlight, type AnswersInFlight } from '../../contract/answers-in-flight.ts';
import { isReserved } from './connections.ts';
import { createAccessGuard, watched } from '../../contract/access-guard.ts';
import { handle } from '../../contract/run-handler.ts';
import type { Handler, Limits, RawInput, App } from '../../contract/handler.ts';
import { leaving, NodeCall } from './request-context.ts';
import { createPlaces, type Places } from './connection-shares.ts';
import { clientOf, observe, type Exchange, type Observer } from './access-log.ts';
import { namesOneHost } from '../../http/one-host.ts';
import { isReady, sendBytes } from './raw-response.ts';
import { whenFirst } from './pipelining.ts';
import type { Budget, Reply, HostReply } from '../../contract/reply.ts';
import { RefusedError } from '../../contract/problems.ts';
import type { Render } from '../../contract/rendered-text.ts';
import { SessionStreams } from './session-streams.ts';
import { commonHeaders } from '../../http/security-headers.ts';

/** What is done for a request, whether hapi has found out where it leads or the shortcut knew. */
export interface Lifecycle extends Observer {
  /** @throws RefusedError */
  authorize(exchange: Exchange, route: string | undefined): Promise<void>;
  /** Sends the reply of a handler, or gives it back where hapi has to send it. */
  answer(exchange: Exchange, handler: Handler, input: RawInput): Promise<HostReply | undefined>;
  /** The headers that every answer carries. */
  responseHeaders(exchange: Exchange): Readonly<Record<string, string>>;
}

export interface ExchangesOptions extends App {
  readonly limits: Limits;
  /** How many connections there may be. */
  readonly maxConnections: number;
  readonly logger: Logger;
  readonly render: Render;
  /** Under which `endpoint` the requests of a route count. */
  readonly endpointOf: (route: string) => string;
  /** Aborts when the server begins to end. */
  readonly ending: AbortSignal;
  /** Aborts when nothing can be waited for any longer. */
  readonly over: AbortSignal;
  /** Bounds the memory of answers that their clients have yet to take. */
  readonly inFlight?: AnswersInFlight | undefined;
}

const tooManySlow =
  'Too many answers are on their way to clients that read slowly; try again shortly.';

/** What an answer holds in memory until it has been sent, besides what the cache keeps. */
function heldBy(reply: Reply): { readonly budget: Budget; readonly bytes: number } | undefined {
  switch (reply.kind) {
    case 'bytes':
      return reply.isCached ? undefined : { budget: reply.budget, bytes: reply.bytes.length };
    case 'stream':
      return reply.held;
    case 'text':
      return { budget: 'page', bytes: reply.text.length };
    case 'empty':
    case 'view':
      return undefined;
  }
}

export function createLifecycle(options: ExchangesOptions): Lifecycle {
  const { ports, version, render, limits, origins, gate = createAccessGuard() } = options;
  const { openSession, inFlight = countAnswersInFlight() } = options;
  const streams = new SessionStreams();
  const closeSession = (session: string) => {
    options.closeSession?.(session);
    streams.end(session);
  };
  const allowed = { ...limits, version, openSession, closeSession };
  // Apart, so that who listens keeps nobody from changing anything.
  const longAnswers = createPlaces(options.maxConnections, 1 / 4);
  const waiting = createPlaces(options.maxConnections, 1 / 8);
  const responseHeaders: Lifecycle['responseHeaders'] = ({ req, id }) =>
    commonHeaders(id, origins, req.headers.origin);
  /** Counts what an answer holds until it has been sent. @throws DomainError `busy` where that is too much */
  const admit = (reply: Reply, exchange: Exchange) => {
    const { res } = exchange;
    const client = clientOf(exchange);
    const held = heldBy(reply);
    if (held === undefined) return;
    if (!inFlight.hasRoom(held.budget, held.bytes, client, exchange.isProbe))
      throw new DomainError('busy', tooManySlow);
    // Ready bytes are counted when they are sent.
    if (!isReady(reply) && !res.destroyed) {
      res.once('close', inFlight.hold(held.budget, reply, held.bytes, client));
    }
  };
  return {
    ...observe(ports.metrics, options.logger, options.endpointOf),
    responseHeaders,
    async authorize(exchange, route) {
      const { req, address } = exchange;
      const { method = '', headers } = req;
      exchange.isProbe = route !== undefined && watched.has(route);
      if (isReserved(req.socket) && !exchange.isProbe)
        throw new RefusedError('too_many_connections');
      if (!namesOneHost(req)) throw new RefusedError('bad_request');
      // Nothing but a proxy speaks TLS here.
      exchange.sender = await gate({ method, route, headers, address, isSecure: false });
    },
    async answer(exchange, handler, input) {
      const { req, res, sender = { isSecure: false } } = exchange;
      if (res.socket === null) {
        await whenFirst(exchange);
        // The client may have left, or hapi have told it meanwhile of the nonsense that came after its request.
        if (exchange.answeredByHapi === true || res.headersSent || !req.socket.writable)
          return undefined;
      }
      const signals = () => [leaving(res), options.over];
      const takePlace = () => occupy(waiting, exchange);
      const call = new NodeCall(allowed, sender, options.ending, signals, takePlace);
      const reply = await handle(handler, { ports, version, render }, input, call);
      if (lasts(reply)) {
        occupy(longAnswers, exchange);
        if (sender.session !== undefined) streams.add(sender.session, res);
      }
      admit(reply, exchange);
      if (!isReady(reply)) return reply;
      const vary = [reply.headers?.['vary'] ?? [], origins === undefined ? [] : 'origin'].flat();
      await sendBytes(
        exchange,
        reply,
        {
          ...responseHeaders(exchange),
          ...(vary.length > 0 && { vary: vary.join(', ') }),
        },
        inFlight,
      );
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
function occupy(places: Places, exchange: Exchange): void {
  const { req, res } = exchange;
  const release = places.take(clientOf(exchange));
  res.once('close', release);
  // Before Node 24.16 an answer that waits behind another is not told that its connection has closed.
  req.once('aborted', release);
  if (res.destroyed || req.socket.destroyed) release();
}
