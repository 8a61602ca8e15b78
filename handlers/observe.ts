import type { ServerResponse } from 'node:http';
import type { Request, Server } from '@hapi/hapi';
import hapiPino from 'hapi-pino';
import type { Logger } from 'pino';
import type { MetricsPort } from '../domain/index.ts';
import { describeFailure, type Failure } from './describe-failure.ts';
import type { Sender } from './gate.ts';
import { routes, unmatched } from './routes.ts';

/** What is known of requests while they run. */
export interface Requests {
  /** Keeps what went wrong, if anything did, for the log. */
  failed(request: Request, cause: unknown): void;
  /** Keeps what is known of a request's sender, for the log. */
  cameAs(request: Request, sender: Sender): void;
  /** Resolves when all that run now have ended, or the signal aborts. */
  ended(signal: AbortSignal): Promise<void>;
}

const endpointOf = new Map(routes.map(({ path, endpoint }) => [path, endpoint]));

/** Gives each request its id, and logs and counts it when its answer has been sent. A client that left first got none. */
export async function observe(
  hapi: Server,
  metrics: MetricsPort,
  instance: Logger,
): Promise<Requests> {
  const started = new Map<Request, number>();
  const failures = new WeakMap<Request, Failure>();
  const waiting = new Set<() => void>();

  hapi.ext('onRequest', (request, h) => {
    // hapi's own ids tell the name of this machine.
    request.info.id = crypto.randomUUID();
    started.set(request, performance.now());
    return h.continue;
  });
  hapi.events.on('response', (request) => {
    const { method, route, raw, info, logger } = request;
    const seconds = (performance.now() - (started.get(request) ?? 0)) / 1000;
    started.delete(request);
    for (const look of waiting) look();
    if (raw.res.headersSent) {
      // Where none matches, hapi puts a route of its own in its place.
      const endpoint = endpointOf.get(route.path) ?? unmatched;
      metrics.request({ method, endpoint, status: raw.res.statusCode, seconds });
    }
    const failure = failures.get(request);
    if (failure === undefined) return;
    const responseTime = info.completed - info.received;
    logger[failure.level]({ ...failure.fields, res: raw.res, responseTime }, summary(request));
  });
  await hapi.register({ plugin: hapiPino, options: logOptions(instance, failures) });

  return {
    failed(request, cause) {
      const failure = describeFailure(cause);
      if (failure !== undefined) failures.set(request, failure);
    },
    cameAs(request, { client, forwardedFor }) {
      if (client === undefined && forwardedFor === undefined) return;
      request.logger = request.logger.child({ client, forwardedFor });
    },
    async ended(signal) {
      const running = [...started.keys()];
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (signal.aborted || !running.some((request) => started.has(request))) resolve();
      };
      waiting.add(look);
      signal.addEventListener('abort', look, { once: true });
      look();
      await promise;
      waiting.delete(look);
    },
  };
}

/** One line for each request: hapi-pino writes it, unless there is a failure to tell, which {@link observe} does. */
function logOptions(instance: Logger, failures: WeakMap<Request, Failure>) {
  return {
    instance,
    logEvents: ['response'],
    logRequestComplete: (request: Request) => !failures.has(request),
    customRequestCompleteMessage: summary,
    // A connection that breaks is the client's affair. The types want an array where the code spreads an object.
    ignoredEventTags: Object.assign([], { log: ['client'] }),
    wrapSerializers: false,
    serializers: {
      // No other header and no body: they may hold secrets.
      req: ({ info, method, raw }: Request) => ({
        id: info.id,
        method: method.toUpperCase(),
        url: raw.req.url,
        remoteAddress: info.remoteAddress,
        userAgent: raw.req.headers['user-agent'],
      }),
      res: (res: ServerResponse) => ({ statusCode: sentStatus(res) }),
    },
  };
}

function summary({ method, path, raw }: Request): string {
  return `${method.toUpperCase()} ${path} ${sentStatus(raw.res) ?? 'client left'}`;
}

function sentStatus(res: ServerResponse): number | null {
  return res.headersSent ? res.statusCode : null;
}
