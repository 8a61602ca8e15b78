import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ExecutionContext } from 'ava';

/** A proxy as companies have it: it forwards http, makes tunnels, and may want to know who asks. */
export interface UpstreamProxy {
  /** For `HTTPS_PROXY`, without a name or password. */
  readonly url: string;
  /** `CONNECT example.org:443` or `GET http://example.org/`, in the order of their arrival. */
  readonly requests: readonly string[];
  /** The headers of each of them that tell who asks. */
  readonly senders: readonly (string | undefined)[];
}

interface UpstreamOptions {
  /** Name and password, `name:password`; nobody needs one when absent. */
  readonly known?: string;
  /** Where hosts are; they are connected to by their names when absent. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** The status that every request is refused with. */
  readonly refuses?: number;
}

export async function startUpstreamProxy(
  t: Pick<ExecutionContext, 'teardown'>,
  { known, addresses = {}, refuses }: UpstreamOptions = {},
): Promise<UpstreamProxy> {
  const requests: string[] = [];
  const senders: (string | undefined)[] = [];
  const ends = new Set<Duplex>();
  const wanted = known && `Basic ${Buffer.from(known).toString('base64')}`;
  const refusal = (line: string, sender: string | undefined): number | undefined => {
    requests.push(line);
    senders.push(sender);
    return wanted !== undefined && sender !== wanted ? 407 : refuses;
  };
  const keep = (end: Duplex) => {
    ends.add(end);
    end.on('error', () => end.destroy());
  };

  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const status = refusal(`${method} ${url}`, headers['proxy-authorization']);
    if (status !== undefined) {
      response.writeHead(status, { 'proxy-authenticate': 'Basic realm="company"' }).end();
      return;
    }
    const { hostname, port, pathname, search } = new URL(url);
    const { 'proxy-authorization': _, ...sent } = headers;
    const asked = ask(
      {
        host: addresses[hostname] ?? hostname,
        port: Number(port) || 80,
        path: `${pathname}${search}`,
        method,
        headers: sent,
        agent: false,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      },
    );
    asked.on('error', () => response.destroy());
    request.pipe(asked);
  });
  server.on('connection', keep);
  server.on('connect', (request, client: Duplex) => {
    const { url = '', headers } = request;
    const status = refusal(`CONNECT ${url}`, headers['proxy-authorization']);
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${url}`);
    const remote = connect(Number(port) || 80, addresses[hostname] ?? hostname);
    keep(remote);
    remote.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(remote).pipe(client);
    });
    remote.once('close', () => client.destroy());
    client.once('close', () => remote.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(async () => {
    for (const end of ends) end.destroy();
    await once(server.close(), 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return { url: `http://127.0.0.1:${address.port}`, requests, senders };
}
