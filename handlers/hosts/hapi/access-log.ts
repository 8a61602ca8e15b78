import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { MetricsPort } from '../../../domain/index.ts';
import { describeFailure, type Failure } from '../../contract/describe-failure.ts';
import type { Client } from '../../contract/handler.ts';
import type { HostReply } from '../../contract/reply.ts';
import { loggedUrl } from '../../http/logged-url.ts';

/** A request with its answer, for as long as it takes. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The answer's `X-Request-Id`. */
  readonly id: string;
  /** Of the connection, which forgets it when it closes. */
  readonly address: string | undefined;
  /** In milliseconds, by the clock that only goes forward. */
  readonly startedAt: number;
  /** The one that it runs with. */
  readonly shift: RequestGroup;
  /** Known when the gate has let it in. */
  sender?: Client;
  /** Whether it asks for what tells how the server does. */
  isProbe?: boolean;
  /** What went wrong, for the log. */
  failure?: Failure | undefined;
  /** Whether hapi answers it, though a handler may still be at work on what could be sent past hapi. */
  answeredByHapi?: boolean;
  /** What came of its handler, where that was asked before hapi was. */
  outcome?: Outcome;
}

type Outcome =
  | { readonly kind: 'reply'; readonly reply: HostReply }
  | { readonly kind: 'fault'; readonly error: unknown };

/** Where a request led. */
interface Destination {
  /** The path of its route; where none matches, hapi puts a route of its own in its place. */
  readonly route: string;
  readonly path: string;
}

/** Knows what runs, and tells the log and the metrics of it. */
export interface Observer {
  /** Gives a request its id. */
  begin(req: IncomingMessage, res: ServerResponse): Exchange;
  /** Logs and counts a request whose answer has been sent. A client that left first got none. */
  end(exchange: Exchange, destination: Destination): void;
  /**
   * What begins from now on is not waited for. Gives what resolves when all that run now have ended, or the signal aborts.
   */
  drain(): (signal: AbortSignal) => Promise<void>;
}

/**
 * Requests that are waited for together, as a number: a Set of them leads from each of its former tables to the next, and so
 * V8 keeps requests that have long been answered until its next full collection.
 */
interface RequestGroup {
  running: number;
}

/**
 * Observes requests, whoever answers them.
 * @param endpointOf under which `endpoint` the requests of a route count
 */
export function observe(
  metrics: MetricsPort,
  logger: Logger,
  endpointOf: (route: string) => string,
): Observer {
  let shift: RequestGroup = { running: 0 };
  const waiting = new Set<() => void>();

  return {
    begin(req, res) {
      shift.running += 1;
      return {
        req,
        res,
        // hapi's own ids tell the name of this machine.
        id: crypto.randomUUID(),
        // As IPv4 where it is one, whatever the server listens on.
        address: req.socket.remoteAddress?.replace(/^::ffff:(?=.*\.)/, ''),
        startedAt: performance.now(),
        shift,
      };
    },
    end(exchange, destination) {
      const { req, res, startedAt } = exchange;
      const milliseconds = performance.now() - startedAt;
      exchange.shift.running -= 1;
      for (const look of waiting) look();
      if (res.headersSent) {
        const { method = '' } = req;
        const endpoint = endpointOf(destination.route);
        const seconds = milliseconds / 1000;
        metrics.request({ method, endpoint, status: res.statusCode, seconds });
      }
      log(logger, exchange, destination, milliseconds);
    },
    drain() {
      const before = shift;
      shift = { running: 0 };
      return (signal) => ended(before, signal);
    },
  };

  async function ended(before: RequestGroup, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (signal.aborted || before.running === 0) resolve();
    };
    waiting.add(look);
    signal.addEventListener('abort', look, { once: true });
    look();
    await promise;
    waiting.delete(look);
  }
}

/** Of whom shares are counted: an address, or what a trusted proxy says. */
export function clientOf({ sender, address = '' }: Exchange): string {
  return sender?.source ?? address;
}

/** Keeps what went wrong, if anything did, for the log. */
export function keepFailure(exchange: Exchange, cause: unknown): void {
  const failure = describeFailure(cause);
  if (failure !== undefined) exchange.failure = failure;
}

/** How much of what a client writes is logged, in characters: a header may have 16 KiB, and lines may come without end. */
const longestLogged = 2000;

function cut(text: string): string {
  return text.length > longestLogged ? `${text.slice(0, longestLogged)}…` : text;
}

/** One line for each request. No other header and no body: they may hold secrets. */
function log(
  logger: Logger,
  { req, res, id, address, sender, failure }: Exchange,
  { path }: Destination,
  milliseconds: number,
): void {
  const status = res.headersSent ? res.statusCode : null;
  const { method, url = '', headers } = req;
  const agent = headers['user-agent'];
  logger[failure?.level ?? 'info'](
    {
      req: {
        id,
        method,
        url: cut(loggedUrl(url)),
        remoteAddress: address,
        userAgent: agent && cut(agent),
      },
      client: sender?.client,
      forwardedFor: sender?.forwardedFor,
      ...failure?.fields,
      res: { statusCode: status },
      responseTime: Math.round(milliseconds),
    },
    `${method} ${cut(path)} ${status ?? 'client left'}`,
  );
}
