import type { Logger } from 'pino';
import { DomainError } from '../domain/index.ts';
import { countAnswersInFlight, type AnswersInFlight, type Budget } from './answers-in-flight.ts';
import { isReserved } from './connections.ts';
import { createGate, watched } from './gate.ts';
import { handle } from './handle.ts';
import type { Handler, Limits, RawInput, Site } from './handler.ts';
import { leaving, NodeCall } from './node-call.ts';
import { createPlaces, type Places } from './places.ts';
import { clientOf, observe, type Exchange, type Observer } from './observe.ts';
import { namesOneHost } from './one-host.ts';
import { isReady, sendReady } from './ready-reply.ts';
import { whenFirst } from './pipelining.ts';
import type { Reply, UnreadyReply } from './reply.ts';
import { RefusedError } from './problems.ts';
import type { Render } from './made-text.ts';
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

export function createExchanges(options: ExchangesOptions): Exchanges {
  const { ports, version, render, limits, origins, gate = createGate() } = options;
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
  const common: Exchanges['common'] = ({ req, id }) =>
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
    ...observe(ports.metrics, options.logger),
    common,
    async letIn(exchange, route) {
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
        if (exchange.isLeft === true || res.headersSent || !req.socket.writable) return undefined;
      }
      const signals = () => [leaving(res), options.over];
      const takePlace = () => occupy(waiting, exchange);
      const call = new NodeCall(allowed, sender, options.ending, signals, takePlace);
      const made = await handle(handler, { ports, version, render }, input, call);
      // What it takes is counted before it is sent: a page that tells of a mistake is as large as any other.
      const reply: Reply =
        made.kind === 'view'
          ? { ...made, kind: 'text', type: 'text/html', text: await render(made) }
          : made;
      if (lasts(reply)) {
        occupy(longAnswers, exchange);
        if (sender.session !== undefined) streams.add(sender.session, res);
      }
      admit(reply, exchange);
      if (!isReady(reply)) return reply;
      const vary = [reply.headers?.['vary'] ?? [], origins === undefined ? [] : 'origin'].flat();
      await sendReady(
        exchange,
        reply,
        {
          ...common(exchange),
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
