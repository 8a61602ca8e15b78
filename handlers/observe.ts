import type { Request, Server } from '@hapi/hapi';
import type { Logger } from 'pino';
import type { MetricsPort } from '../domain/index.ts';
import { describeFailure, type Failure } from './describe-failure.ts';
import type { Sender } from './gate.ts';
import { routes, unmatched } from './routes.ts';

declare module '@hapi/hapi' {
  interface RequestApplicationState {
    /** In milliseconds, by the clock that only goes forward. */
    startedAt?: number;
    /** The one that it runs with. */
    shift?: Shift;
    /** Known when the gate has let it in. */
    sender?: Sender;
    /** What went wrong, for the log. */
    failure?: Failure | undefined;
  }
}

/** What is known of requests while they run. */
export interface Requests {
  /** Resolves when all that run now have ended, or the signal aborts. */
  ended(signal: AbortSignal): Promise<void>;
}

/**
 * Requests that are waited for together, as a number: a Set of them leads from each of its former tables to the next, and so
 * V8 keeps requests that have long been answered until its next full collection.
 */
interface Shift {
  running: number;
}

const endpointOf = new Map(routes.map(({ path, endpoint }) => [path, endpoint]));

/** Gives each request its id, and logs and counts it when its answer has been sent. A client that left first got none. */
export function observe(hapi: Server, metrics: MetricsPort, logger: Logger): Requests {
  let shift: Shift = { running: 0 };
  const waiting = new Set<() => void>();

  hapi.ext('onRequest', (request, h) => {
    // hapi's own ids tell the name of this machine.
    request.info.id = crypto.randomUUID();
    request.app.startedAt = performance.now();
    request.app.shift = shift;
    shift.running += 1;
    return h.continue;
  });
  hapi.events.on('response', (request) => {
    const { method, route, raw, app } = request;
    const seconds = (performance.now() - (app.startedAt ?? 0)) / 1000;
    if (app.shift !== undefined) app.shift.running -= 1;
    for (const look of waiting) look();
    if (raw.res.headersSent) {
      // Where none matches, hapi puts a route of its own in its place.
      const endpoint = endpointOf.get(route.path) ?? unmatched;
      metrics.request({ method, endpoint, status: raw.res.statusCode, seconds });
    }
    log(logger, request);
  });

  return {
    async ended(signal) {
      const before = shift;
      shift = { running: 0 };
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (signal.aborted || before.running === 0) resolve();
      };
      waiting.add(look);
      signal.addEventListener('abort', look, { once: true });
      look();
      await promise;
      waiting.delete(look);
    },
  };
}

/** Keeps what went wrong, if anything did, for the log. */
export function keepFailure({ app }: Request, cause: unknown): void {
  const failure = describeFailure(cause);
  if (failure !== undefined) app.failure = failure;
}

/** One line for each request. No other header and no body: they may hold secrets. */
function log(logger: Logger, { info, method, path, raw: { req, res }, app }: Request): void {
  const { failure, sender } = app;
  const status = res.headersSent ? res.statusCode : null;
  const verb = method.toUpperCase();
  logger[failure?.level ?? 'info'](
    {
      req: {
        id: info.id,
        method: verb,
        url: req.url,
        remoteAddress: info.remoteAddress,
        userAgent: req.headers['user-agent'],
      },
      client: sender?.client,
      forwardedFor: sender?.forwardedFor,
      ...failure?.fields,
      res: { statusCode: status },
      responseTime: info.completed - info.received,
    },
    `${verb} ${path} ${status ?? 'client left'}`,
  );
}
