import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describeFailure, type Failure } from '../../handlers/contract/describe-failure.ts';
import { createFetchHandler } from '../../handlers/hosts/fetch/handler.ts';
import { loggedUrl } from '../../handlers/http/logged-url.ts';
import type { HapiServerOptions, HttpServer } from '../../handlers/hosts/hapi/server.ts';

/** A function platform of few lines: gives the fetch handler what Node's server receives, and logs as hapi's host does. */
export async function createNodeHost(options: HapiServerOptions): Promise<HttpServer> {
  const { ports, version, limits, logger, host, port, gate, openSession, closeSession } = options;
  const failures = new Map<string, Failure>();
  const answer = createFetchHandler({
    ports,
    version,
    limits,
    origins: options.origins,
    ...(gate && { gate }),
    openSession,
    closeSession,
    failed: (cause, id) => {
      const failure = describeFailure(cause);
      if (failure !== undefined) failures.set(id, failure);
    },
  });
  const serve = async (req: IncomingMessage, res: ServerResponse) => {
    const { method = '', url = '' } = req;
    const client = new AbortController();
    let id = '';
    res.once('close', () => {
      if (!res.writableFinished) client.abort();
      const { level = 'info', fields = {} } = failures.get(id) ?? {};
      const statusCode = res.headersSent ? res.statusCode : null;
      const line = { req: { id, method, url: loggedUrl(url) }, res: { statusCode }, ...fields };
      logger[level](line, `${method} ${loggedUrl(url)} ${statusCode ?? 'client left'}`);
    });
    try {
      const { status, headers, body } = await answer(webRequest(req, client.signal), {
        address: req.socket.remoteAddress ?? '',
      });
      id = headers.get('x-request-id') ?? '';
      res.writeHead(status, Object.fromEntries(headers));
      await pipeline(body === null ? Readable.from([]) : Readable.fromWeb(body), res);
      req.resume();
    } catch {
      res.destroy();
    }
  };
  const server = createServer((req, res) => void serve(req, res));
  return {
    async start() {
      server.listen(port, host);
      await once(server, 'listening');
      const address = server.address();
      return `http://${host}:${typeof address === 'object' ? address?.port : ''}`;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function webRequest(req: IncomingMessage, signal: AbortSignal): Request {
  const { method = '', url = '', headers } = req;
  const origin = `http://${headers.host}`;
  const isRead = method === 'GET' || method === 'HEAD';
  return new Request(`${URL.canParse(origin) ? origin : 'http://127.0.0.1:5000'}${url}`, {
    method,
    signal,
    headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
    // Giving up the body must not end the connection that the answer goes out on.
    body: isRead ? null : ReadableStream.from(req.iterator({ destroyOnReturn: false })),
    duplex: 'half',
  });
}
