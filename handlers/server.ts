import { createServer, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  server as createHapi,
  type Request,
  type ResponseObject,
  type ResponseToolkit,
  type Server,
} from '@hapi/hapi';
import inert from '@hapi/inert';
import vision from '@hapi/vision';
import hapiPino from 'hapi-pino';
import type { Logger } from 'pino';
import type { Ports } from '../domain/index.ts';
import { assetDirectory } from '../views/assets.ts';
import { viewsDirectory } from '../views/directory.ts';
import { createTemplateEngine } from '../views/render.ts';
import { prefersHtml } from './accept.ts';
import { isCrossOriginWrite } from './cross-origin.ts';
import { describeFailure, type Failure } from './describe-failure.ts';
import { handle, maxBodyBytes, type Call, type Handler, type RawInput } from './handler.ts';
import { problemOf, problemReply, RefusedError } from './problems.ts';
import type { Reply } from './reply.ts';
import { routes, unmatched } from './routes.ts';
import { securityHeaders } from './security-headers.ts';

export interface HapiServerOptions {
  readonly ports: Ports;
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly logger: Logger;
  readonly limits: Omit<Call, 'signal'>;
}

export interface HttpServer {
  /**
   * Starts to listen and says where: `http://127.0.0.1:5000`.
   * @throws Error with `code` `EADDRINUSE` and the like
   */
  start(): Promise<string>;
  /** Stops listening and gives running requests that many milliseconds to end. */
  stop(graceMs: number): Promise<void>;
}

/** In milliseconds. hapi's own timeout answers a slow body and keeps its connection; these end both. */
const listenerTimeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
};

/**
 * The body as it came, whatever its type says: hapi would take `curl -d URL` for a form. Somewhat more is read than is
 * allowed, since a client that is still sending when the connection is closed may never see the answer.
 */
const rawBody = {
  parse: false,
  output: 'data',
  maxBytes: 8 * maxBodyBytes,
  override: 'application/octet-stream',
  timeout: false,
} as const;

/** Serves the handlers through hapi: routes, pages, files, the log, and the count of requests. */
export async function createHapiServer(options: HapiServerOptions): Promise<HttpServer> {
  const { ports, limits, logger } = options;
  const hapi = createHapi({
    host: options.host,
    port: options.port,
    listener: createServer(listenerTimeouts),
    debug: false,
    routes: {
      // Other programs' cookies reach every server of this host, and hapi would refuse the odd ones.
      state: { parse: false, failAction: 'ignore' },
      response: { ranges: false, emptyStatusCode: 200 },
    },
  });
  const failures: Failures = new WeakMap();
  observe(hapi, ports, failures);
  await hapi.register([inert, vision, { plugin: hapiPino, options: logOptions(logger, failures) }]);
  hapi.views({ engines: { njk: createTemplateEngine() }, path: viewsDirectory });

  const fail = async (request: Request, h: ResponseToolkit, error: unknown) => {
    const failure = describeFailure(error);
    if (failure !== undefined) failures.set(request, failure);
    const toBrowser = prefersHtml(request.raw.req.headers.accept);
    return respond(request, h, problemReply(problemOf(error), toBrowser));
  };
  const run = (handler: Handler) => async (request: Request, h: ResponseToolkit) => {
    const signal = leaving(request);
    try {
      const reply = await handle(handler, ports, rawInput(request), { ...limits, signal });
      return await respond(request, h, reply);
    } catch (error) {
      return signal.aborted ? h.abandon : fail(request, h, error);
    }
  };

  hapi.ext('onPreAuth', async (request, h) => {
    if (!isCrossOriginWrite(request.method, request.raw.req.headers)) return h.continue;
    return (await fail(request, h, new RefusedError('cross_origin'))).takeover();
  });
  hapi.ext('onPreResponse', async (request, h) => {
    const { response } = request;
    const answer = 'isBoom' in response ? await fail(request, h, translate(response)) : response;
    for (const [name, value] of Object.entries(securityHeaders)) answer.header(name, value);
    return answer.header('x-request-id', request.info.id);
  });
  hapi.route(
    routes.map(({ method, endpoint, handler }) => ({
      method,
      path: endpoint,
      handler: handler === 'files' ? files : run(handler),
      options: method === 'POST' ? { payload: rawBody } : {},
    })),
  );

  return {
    async start() {
      await hapi.start();
      const host = options.host.includes(':') ? `[${options.host}]` : options.host;
      return `http://${host}:${hapi.info.port}`;
    },
    async stop(graceMs) {
      await hapi.stop({ timeout: graceMs });
    },
  };
}

/** What the log's line of a request says beyond its status. */
type Failures = WeakMap<Request, Failure>;

const files = {
  directory: {
    path: (request: Request) => assetDirectory(String(request.params['path'])),
    index: false,
    redirectToSlash: false,
  },
};

function rawInput(request: Request): RawInput {
  const { params, query, payload, info } = request;
  const body = Buffer.isBuffer(payload) ? payload : Buffer.alloc(0);
  if (body.length > maxBodyBytes) throw new RefusedError('body_too_large');
  return { params, query, body: body.toString(), host: info.host };
}

/** Aborts when the connection closes before the answer has been sent. */
function leaving({ raw: { res } }: Request): AbortSignal {
  const controller = new AbortController();
  const left = () => {
    if (!res.writableFinished) controller.abort(new DOMException('The client left', 'AbortError'));
  };
  if (res.destroyed) left();
  else res.once('close', left);
  return controller.signal;
}

async function respond(
  request: Request,
  h: ResponseToolkit,
  reply: Reply,
): Promise<ResponseObject> {
  const response = await open(request, h, reply);
  response.code(reply.status ?? 200);
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.header(name, value);
  return response;
}

async function open(request: Request, h: ResponseToolkit, reply: Reply): Promise<ResponseObject> {
  if (reply.kind === 'view') {
    // Rendered here and not by hapi while it sends, so that a template's fault is answered like any other.
    return h.response(await request.render(reply.view, reply.context)).type('text/html');
  }
  if (reply.kind === 'empty') return h.response();
  const body =
    reply.kind === 'text' ? reply.text : Readable.from(reply.chunks, { objectMode: false });
  return h.response(body).type(reply.type);
}

/** hapi's own refusals. What it calls too large is a 400 here, and a hidden file is none. */
function translate(error: Extract<Request['response'], Error>): Error {
  const status = error.output.statusCode;
  if (status >= 500) return error;
  if (status === 413) return new RefusedError('body_too_large');
  return new RefusedError(status === 404 || status === 403 ? 'no_such_page' : 'bad_request');
}

const known: ReadonlySet<string> = new Set(routes.map(({ endpoint }) => endpoint));

/** Gives each request its id, and counts it when its answer has been sent. A client that left first got none. */
function observe(hapi: Server, { metrics }: Ports, failures: Failures): void {
  const started = new WeakMap<Request, number>();
  hapi.ext('onRequest', (request, h) => {
    // hapi's own ids tell the name of this machine.
    request.info.id = crypto.randomUUID();
    started.set(request, performance.now());
    return h.continue;
  });
  hapi.events.on('response', (request) => {
    const { method, route, raw, info, logger } = request;
    const seconds = (performance.now() - (started.get(request) ?? 0)) / 1000;
    if (raw.res.headersSent) {
      // Where none matches, hapi puts a route of its own in its place.
      const endpoint = known.has(route.path) ? route.path : unmatched;
      metrics.request({ method, endpoint, status: raw.res.statusCode, seconds });
    }
    const failure = failures.get(request);
    if (failure === undefined) return;
    const responseTime = info.completed - info.received;
    logger[failure.level]({ ...failure.fields, res: raw.res, responseTime }, summary(request));
  });
}

/** One line for each request: hapi-pino writes it, unless there is a failure to tell, which {@link observe} does. */
function logOptions(instance: Logger, failures: Failures) {
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
