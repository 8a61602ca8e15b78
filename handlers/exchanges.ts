import type { Logger } from 'pino';
import { createGate } from './gate.ts';
import { handle } from './handle.ts';
import type { Handler, Limits, RawInput, Site } from './handler.ts';
import { leaving, NodeCall } from './node-call.ts';
import { observe, type Exchange, type Observer } from './observe.ts';
import { namesOneHost } from './one-host.ts';
import { isReady, sendReady } from './ready-reply.ts';
import type { UnreadyReply } from './reply.ts';
import { RefusedError } from './problems.ts';
import type { Render } from './represent.ts';
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
}

export function createExchanges(options: ExchangesOptions): Exchanges {
  const { ports, version, render, limits, origins, gate = createGate() } = options;
  const { openSession, closeSession } = options;
  const allowed = { ...limits, version, openSession, closeSession };
  const common: Exchanges['common'] = ({ req, id }) =>
    commonHeaders(id, origins, req.headers.origin);
  return {
    ...observe(ports.metrics, options.logger),
    common,
    async letIn(exchange, route) {
      const { req, address } = exchange;
      const { method = '', headers } = req;
      if (!namesOneHost(req)) throw new RefusedError('bad_request');
      // Nothing but a proxy speaks TLS here.
      exchange.sender = await gate({ method, route, headers, address, isSecure: false });
    },
    async answer(exchange, handler, input) {
      const { res, sender = { isSecure: false } } = exchange;
      const signals = () => [leaving(res), options.over];
      const call = new NodeCall(allowed, sender, options.ending, signals);
      const reply = await handle(handler, { ports, version, render }, input, call);
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
