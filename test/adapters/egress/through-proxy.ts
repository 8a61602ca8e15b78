import { once } from 'node:events';
import { get, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { ExecutionContext } from 'ava';
import { allowAllAddresses } from '../../../adapters/egress/address-policy.ts';
import type { EgressSession } from '../../../adapters/egress/session.ts';
import { createEgress, type Egress, type EgressOptions } from '../../../adapters/egress/proxy.ts';

/** Egress to every address unless told otherwise, closed when the test ends. */
export function openEgress(
  t: Pick<ExecutionContext, 'teardown'>,
  options: Partial<EgressOptions> = {},
): Egress {
  const egress = createEgress({ policy: allowAllAddresses, ...options });
  t.teardown(() => egress.close());
  return egress;
}

/** Egress to every address, and a pass through it for any number of bytes. */
export async function openPass(
  t: Pick<ExecutionContext, 'teardown'>,
  { maxBytes = Infinity, ...options }: Partial<EgressOptions> & { maxBytes?: number } = {},
): Promise<EgressSession> {
  return openEgress(t, options).open({ maxBytes });
}

export interface Remote {
  readonly port: number;
  /** `127.0.0.1:1234` */
  readonly authority: string;
  /** How many connections were made to it. */
  connections(): number;
}

/** A remote that does what it is told with each connection; it ends with the test, and its connections with it. */
export async function startRemote(
  t: Pick<ExecutionContext, 'teardown'>,
  server: Server | ((socket: Socket) => void),
): Promise<Remote> {
  const listener = typeof server === 'function' ? createServer(server) : server;
  const sockets = new Set<Socket>();
  let connections = 0;
  listener.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    if (listener.listening) await once(listener.close(), 'close');
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    port: address.port,
    authority: `127.0.0.1:${address.port}`,
    connections: () => connections,
  };
}

/** The part of a pass that lets through; a test may make a wrong one. */
export type Ticket = Pick<EgressSession, 'proxyUrl'>;

/** Asks for a url over plain http; undefined where the connection ends without an answer. */
export function getThrough(ticket: Ticket, url: string): Promise<IncomingMessage | undefined> {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage | undefined>();
  get({ ...toProxy(ticket), path: url }, resolve).on('error', () => resolve(undefined));
  return promise;
}

export interface Tunnel {
  readonly status: number | undefined;
  readonly socket: Socket;
}

/** Asks for a tunnel; undefined where the connection ends without an answer. */
export function tunnelThrough(ticket: Ticket, authority: string): Promise<Tunnel | undefined> {
  const { promise, resolve } = Promise.withResolvers<Tunnel | undefined>();
  request({ ...toProxy(ticket), method: 'CONNECT', path: authority })
    .on('connect', ({ statusCode }, socket, head) => {
      socket.on('error', () => {});
      socket.unshift(head);
      resolve({ status: statusCode, socket });
    })
    .on('error', () => resolve(undefined))
    .end();
  return promise;
}

/** A tunnel that must come about. */
export async function openTunnel(ticket: Ticket, authority: string): Promise<Socket> {
  const tunnel = await tunnelThrough(ticket, authority);
  if (tunnel?.status !== 200) throw new Error(`no tunnel, but ${tunnel?.status}`);
  return tunnel.socket;
}

/** Reads to the end, whether it comes orderly or not, and counts. */
export async function countBytes(stream: Readable): Promise<number> {
  let bytes = 0;
  try {
    for await (const chunk of stream) bytes += Buffer.from(chunk).length;
  } catch {
    // A connection that was cut ends like this.
  }
  return bytes;
}

function toProxy({ proxyUrl }: Ticket): RequestOptions {
  const { hostname, port, username, password } = new URL(proxyUrl);
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    host: hostname,
    port,
    agent: false,
    headers: {
      host: 'remote.test',
      ...(username !== '' && { 'proxy-authorization': `Basic ${credentials}` }),
    },
  };
}
