import {
  server as createHapi,
  type Request as HapiRequest,
  type ResponseObject,
  type ResponseToolkit,
} from '@hapi/hapi';
import inert from '@hapi/inert';
import vision from '@hapi/vision';
import type { Logger } from 'pino';
import { assetDirectory } from '../../../views/assets.ts';
import { viewsDirectory } from '../../../views/directory.ts';
import { createTemplateEngine } from '../../../views/render.ts';
import { prefersHtml } from '../../http/accept.ts';
import { ifNoneMatch } from '../../http/conditional.ts';
import type { AnswersInFlight } from '../../contract/answers-in-flight.ts';
import type { PeerOf } from './connections.ts';
import { type Handler, type Limits, type App } from '../../contract/handler.ts';
import { readRequest } from './request.ts';
import { toResponse, translate, type Boom } from './response.ts';
import { noRoute } from '../router.ts';
import { createListener } from './listener.ts';
import { keepFailure, type Exchange } from './access-log.ts';
import { RefusedError } from '../../contract/problems.ts';
import type { HostReply } from '../../contract/reply.ts';
import { problemReply } from '../../pages/problem.ts';
import { endpointOf, routes, unmatched } from '../../routes.ts';
import { FastPath } from './fast-path/fast-path.ts';
import { createLifecycle } from './lifecycle.ts';

export interface HapiServerOptions extends App {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly logger: Logger;
  readonly limits: Limits;
  /** 1000 where absent; of a few more each may ask for the state of the server alone, and others are closed. */
  readonly maxConnections?: number;
  /** Whose a connection is. Absent: no client has a share of them. */
  readonly peerOf?: PeerOf | undefined;
  /** Bounds the memory of answers that their clients have yet to take. */
  readonly inFlight?: AnswersInFlight;
  /** Is aborted once running requests have had their time: what they wait for ends by it. */
  readonly over?: AbortController;
}

export interface HttpServer {
  /**
   * Starts to listen and says where: `http://127.0.0.1:5000`.
   * @throws Error with `code` `EADDRINUSE` and the like
   */
  start(): Promise<string>;
  /**
   * Begins nothing new, gives running requests that many milliseconds to end, answers 503 to those that still wait, and
   * then stops listening.
   * @param force ends that time when it aborts
   */
  stop(graceMs: number, force?: AbortSignal): Promise<void>;
}

declare module '@hapi/hapi' {
  interface RequestApplicationState {
    /** Known from the beginning. */
    exchange: Exchange;
  }
}

/** How long the last answers may take to be made, and then on their way, in milliseconds. */
const lastWords = { made: 1000, sent: 300 };

const anybody: PeerOf = (address) => ({ client: address, isNear: true });

/** The body as it came, whatever its type says: hapi would take `curl -d URL` for a form. */
const rawBody = {
  parse: false,
  output: 'stream',
  // However long it says it is: it is read, or refused, in one place.
  maxBytes: Number.MAX_SAFE_INTEGER,
  override: 'application/octet-stream',
  timeout: false,
} as const;

/** Serves the handlers through hapi: routes, pages, files, the log, and the count of requests. */
export async function createHapiServer(options: HapiServerOptions): Promise<HttpServer> {
  const ending = new AbortController();
  const { over = new AbortController(), maxConnections = 1000, peerOf = anybody } = options;
  const exchanges = createLifecycle({
    ...options,
    maxConnections,
    endpointOf,
    render: (page) => hapi.render(page.view, page.context),
    ending: ending.signal,
    over: over.signal,
  });
  const shortcut = new FastPath(exchanges);
  const hapi = createHapi({
    host: options.host,
    port: options.port,
    listener: createListener({ maxConnections, peerOf }, (req, res, next) =>
      ending.signal.aborted ? undefined : shortcut.tryHandle(req, res, next),
    ),
    debug: false,
    // Compressed, no event would arrive before there are very many.
    mime: { override: { 'text/event-stream': { compressible: false } } },
    routes: {
      // Other programs' cookies reach every server of this host, and hapi would refuse the odd ones.
      state: { parse: false, failAction: 'ignore' },
      response: { ranges: false, emptyStatusCode: 200 },
    },
  });
  await hapi.register([inert, vision]);
  hapi.views({ engines: { njk: createTemplateEngine() }, path: viewsDirectory });

  const respond = async (request: HapiRequest, h: ResponseToolkit, reply: HostReply) => {
    keepFailure(request.app.exchange, reply.cause);
    return toResponse(request, h, reply);
  };
  const fail = async (request: HapiRequest, h: ResponseToolkit, error: unknown) =>
    respond(
      request,
      h,
      problemReply(error, {
        path: request.path,
        prefersPage: prefersHtml(request.raw.req.headers.accept),
        id: request.app.exchange.id,
      }),
    );
  const run = (handler: Handler) => async (request: HapiRequest, h: ResponseToolkit) => {
    const { app, raw } = request;
    try {
      const { exchange } = app;
      if (exchange.outcome?.kind === 'fault') throw exchange.outcome.error;
      const reply =
        exchange.outcome?.reply ??
        (await exchanges.answer(exchange, handler, await readRequest(request, over.signal)));
      if (reply !== undefined) return await respond(request, h, reply);
      // A page that is made anew each time has 304 too, and is hapi's to send when it has come out different.
      if (raw.res.headersSent && raw.res.statusCode === 200) {
        const { route, path, params, query } = request;
        shortcut.record(raw.req, { handler, route: route.path, path, params, query });
      }
      return h.abandon;
    } catch (error) {
      return raw.res.destroyed ? h.abandon : fail(request, h, error);
    }
  };

  hapi.ext('onRequest', (request, h) => {
    const { req, res } = request.raw;
    request.app.exchange = shortcut.handedOver(req) ?? exchanges.begin(req, res);
    // Of HEAD hapi would tell the length before it is compressed; Node leaves out the body.
    if (request.method === 'head') request.setMethod('get');
    return h.continue;
  });
  hapi.events.on('response', ({ app, route, path }) => {
    exchanges.end(app.exchange, { route: route.path, path });
  });

  /** A path without a route does not come to `onPreAuth`, and whether there is one is not for everybody to know. */
  const refusalOf = async (request: HapiRequest, error: Boom): Promise<unknown> => {
    const { app, path, route } = request;
    const hasRoute = endpointOf(route.path) !== unmatched;
    try {
      if (error.output.statusCode === 404 && !hasRoute) {
        await exchanges.authorize(app.exchange, undefined);
      }
      return translate(error, () => (hasRoute ? new RefusedError('no_such_page') : noRoute(path)));
    } catch (refusal) {
      return refusal;
    }
  };

  hapi.ext('onPreAuth', async (request, h) => {
    try {
      await exchanges.authorize(request.app.exchange, request.route.path);
      return h.continue;
    } catch (error) {
      return (await fail(request, h, error)).takeover();
    }
  });
  hapi.ext('onPreResponse', async (request, h) => {
    const { response, raw } = request;
    const { exchange } = request.app;
    // What is sent past hapi, it may have taken for unanswered when nonsense came after it.
    if (raw.res.headersSent) return h.abandon;
    // From here on it is too late for that: the handler may still be at work, and what it makes become ready meanwhile.
    exchange.answeredByHapi = true;
    const answer =
      'isBoom' in response ? await fail(request, h, await refusalOf(request, response)) : response;
    if (isUnmodified(request, answer)) answer.code(304);
    if (options.origins !== undefined) answer.vary('origin');
    // All at once: `header` looks at each name and value anew, which takes longer than sending them.
    Object.assign(answer.headers, exchanges.responseHeaders(exchange));
    return answer;
  });
  hapi.route(
    routes.map(({ method, path, handler }) => ({
      method,
      path,
      handler: handler === 'files' ? files : run(handler),
      options: method === 'GET' ? {} : { payload: rawBody },
    })),
  );

  return {
    async start() {
      await hapi.start();
      const host = options.host.includes(':') ? `[${options.host}]` : options.host;
      return `http://${host}:${hapi.info.port}`;
    },
    async stop(graceMs, force) {
      ending.abort();
      const ended = exchanges.drain();
      await ended(AbortSignal.any([AbortSignal.timeout(graceMs), ...(force ? [force] : [])]));
      over.abort(new RefusedError('stopping'));
      // hapi ends the connections of requests that it does not know of.
      await ended(AbortSignal.timeout(lastWords.made));
      await hapi.stop({ timeout: lastWords.sent });
    },
  };
}

/** Of a file: what handlers make has been compared before. hapi's own comparison, which follows, knows no `*`. */
function isUnmodified(
  { method, raw }: HapiRequest,
  { statusCode, headers }: ResponseObject,
): boolean {
  const { etag } = headers;
  if (method !== 'get' || statusCode !== 200 || typeof etag !== 'string') return false;
  return ifNoneMatch(raw.req.headers['if-none-match'], etag) !== undefined;
}

const files = {
  directory: {
    path: (request: HapiRequest) => assetDirectory(String(request.params['path'])),
    index: false,
    redirectToSlash: false,
  },
};
