import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { DomainError } from '../domain/index.ts';
import { countAnswersInFlight, type AnswersInFlight, type Budget } from './answers-in-flight.ts';
import { createGate } from './gate.ts';
import { handle } from './handle.ts';
import type { Handler, Limits, RawInput, Site } from './handler.ts';
import { leaving, NodeCall } from './node-call.ts';
import { observe, type Exchange, type Observer } from './observe.ts';
import { isReady, sendReady } from './ready-reply.ts';
import { whenFirst } from './pipelining.ts';
import type { Reply, UnreadyReply } from './reply.ts';
import { RefusedError } from './problems.ts';
import type { Render } from './made-text.ts';
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
  const { ports, version, render, limits, origins, gate = createGate(), openSession } = options;
  const { inFlight = countAnswersInFlight() } = options;
  const allowed = { ...limits, version, openSession };
  const common: Exchanges['common'] = ({ req, id }) =>
    commonHeaders(id, origins, req.headers.origin);
  /** Counts what an answer holds until it has been sent. @throws DomainError `busy` where that is too much */
  const admit = (reply: Reply, res: ServerResponse) => {
    const held = heldBy(reply);
    if (held === undefined) return;
    if (!inFlight.hasRoom(held.budget, held.bytes)) throw new DomainError('busy', tooManySlow);
    // Ready bytes are counted when they are sent.
    if (!isReady(reply) && !res.destroyed) {
      res.once('close', inFlight.hold(held.budget, reply, held.bytes));
    }
  };
  return {
    ...observe(ports.metrics, options.logger),
    common,
    async letIn(exchange, route) {
      const { req, address } = exchange;
      const { method = '', headers, httpVersion } = req;
      // https://www.rfc-editor.org/rfc/rfc9112#section-3.2
      if (httpVersion === '1.1' && headers.host === undefined)
        throw new RefusedError('bad_request');
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
      const call = new NodeCall(allowed, sender, options.ending, signals);
      const reply = await handle(handler, { ports, version, render }, input, call);
      admit(reply, res);
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
