import { IncomingMessage, type ServerResponse } from 'node:http';
import { isIP, Socket } from 'node:net';
import { finished, type Duplex } from 'node:stream';
import { RequestError, Server } from 'proxy-chain';
import { allowAllAddresses, type AddressPolicy } from './address-policy.ts';
import { checkedLookup, type Resolve } from './checked-lookup.ts';
import { createNewcomers } from './unauthenticated.ts';
import type { ProxySession } from './session.ts';
import type { ChooseUpstream } from './upstream.ts';
import { WatchingAgent, watchRemote } from './watch-remote.ts';

interface ForwardProxyOptions {
  readonly policy: AddressPolicy;
  readonly resolve: Resolve;
  readonly upstream: ChooseUpstream;
  /** The open pass of a user, if there is one. */
  readonly passOf: (user: string) => ProxySession | undefined;
}

/** Starts the proxy on a free port of 127.0.0.1. Listening alone keeps no process alive. */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<Server> {
  const { policy, resolve, upstream, passOf } = options;
  const passes = new WeakMap<Socket, ProxySession>();
  const responses = new WeakMap<IncomingMessage, ServerResponse>();
  const newcomers = createNewcomers();

  /** Ends a request whose answer cannot be passed on, unless nobody waits for it any more. */
  function refuseAnswer({ socket }: IncomingMessage, response: ServerResponse): void {
    if (response.destroyed) return;
    passes.get(socket)?.failed('protocol');
    response.destroy();
  }

  /** Whether a host is allowed, as far as it can be known before the connection. */
  async function mayBeReached(host: string, byUpstream: boolean): Promise<boolean> {
    if (isIP(host) !== 0) return policy(host);
    // Where this machine connects, the lookup of the connection checks; where another proxy does, it looks up for itself.
    if (!byUpstream || policy === allowAllAddresses) return true;
    // A name that only the other proxy knows is for that one to judge.
    const found = await resolve(host).catch(() => []);
    return found.every(({ address }) => policy(address));
  }

  const server = new Server({
    host: '127.0.0.1',
    port: 0,
    prepareRequestFunction: async ({ request, username, password, hostname, port, isHttp }) => {
      const pass = passOf(username);
      if (!pass?.accepts(password)) return { requestAuthentication: true };
      const client = request.socket;
      newcomers.accept(client);
      pass.adopt(client);
      passes.set(client, pass);
      if (isHttp) refuseUserInfo(request.url);

      // Only names are looked up, so a literal of any spelling is given its one form here.
      const host = plainHost(hostname);
      const target = { scheme: isHttp ? 'http' : 'https', host, port } as const;
      const leadsOn = upstream(target);
      const refuseUnanswered = () => {
        const response = responses.get(request);
        if (response?.headersSent === false) refuseAnswer(request, response);
      };
      const onConnection = (remote: Duplex) => {
        // Of a 101 that nobody asked for Node tells proxy-chain nothing but that the connection is closed.
        remote.once('close', () => setImmediate(refuseUnanswered));
        limitHead(remote, () => responses.get(request)?.headersSent === true);
      };
      if (!(await mayBeReached(host, leadsOn !== undefined))) {
        pass.failed('blocked');
        throw new RequestError('This address is not allowed', 403);
      }
      if (leadsOn !== undefined) {
        if (!isHttp) watchTunnelBeyond(client, pass);
        return {
          upstreamProxyUrl: leadsOn,
          httpAgent: new WatchingAgent(pass, onConnection, 'connect'),
        };
      }
      if (!isHttp) watchTunnel(client, pass);
      return {
        dnsLookup: checkedLookup(resolve, policy, () => pass.failed('blocked')),
        httpAgent: new WatchingAgent(pass, onConnection),
      };
    },
  });

  server.server.on('connection', newcomers.add);
  server.server.on('request', (request, response) => {
    responses.set(request, response);
    onHeadFailure(response, () => refuseAnswer(request, response));
    let forwarded = false;
    response.once('pipe', (answer) => {
      forwarded = true;
      if (answer instanceof IncomingMessage && !isPlainAnswer(answer))
        refuseAnswer(request, response);
    });
    // Where the remote gives no answer that is http, proxy-chain invents one with a status of its own.
    response.once('finish', () => {
      if (!forwarded) passes.get(request.socket)?.failed('protocol');
    });
  });
  await server.listen();
  server.server.unref();
  return server;
}

/** How much a remote may send before its answer begins, in bytes; Node's parser bounds each head, but not how many come before the last. */
const longestHead = 64 * 1024;

/**
 * Closes a connection on which informational answers (1xx) come without end.
 * @param isAnswered whether the final answer has begun
 */
function limitHead(remote: Duplex, isAnswered: () => boolean): void {
  let bytes = 0;
  const count = (chunk: Buffer) => {
    if (isAnswered()) remote.off('data', count);
    // The chunk that is looked at may hold the head, and much of what follows it.
    else if (bytes > longestHead) remote.destroy();
    bytes += chunk.length;
  };
  remote.on('data', count);
}

/**
 * Calls back where the head of a response cannot be written: Node's parser takes more than its writer does, a control
 * character in the reason for one, and proxy-chain leaves such a request without an answer.
 */
function onHeadFailure(response: ServerResponse, onFailure: () => void): void {
  const { writeHead } = response;
  const writeOrFail = (...head: readonly unknown[]): unknown => {
    try {
      return Reflect.apply(writeHead, response, head);
    } catch (error) {
      onFailure();
      throw error;
    }
  };
  Object.assign(response, { writeHead: writeOrFail });
}

/**
 * Whether an answer is one to an ordinary request: of a status that ends it, and of one length. With two, of which
 * proxy-chain would drop the true one, git would wait for bytes that never come.
 * https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 */
function isPlainAnswer({ statusCode = 0, headers }: IncomingMessage): boolean {
  const hasTwoLengths =
    headers['content-length'] !== undefined && headers['transfer-encoding'] !== undefined;
  return statusCode >= 200 && !hasTwoLengths;
}

/** The remote's end of a tunnel is proxy-chain's own and shows itself only when it is piped into the client's. */
function watchTunnel(client: Socket, pass: ProxySession): void {
  client.once('pipe', (remote) => {
    if (!(remote instanceof Socket)) return;
    watchRemote(remote, pass);
    // proxy-chain would only end its half, and a remote that never ends the other would keep the connection.
    finished(client, () => remote.destroy());
  });
}

/** As {@link watchTunnel}, where another proxy makes the tunnel: its connection is watched already, but it may refuse. */
function watchTunnelBeyond(client: Socket, pass: ProxySession): void {
  let isMade = false;
  client.once('pipe', (remote) => {
    isMade = true;
    if (remote instanceof Socket) finished(client, () => remote.destroy());
  });
  client.once('finish', () => {
    if (!isMade) pass.failed('connect');
  });
}

/** A host as the url of an http request has it: of an address the one form, in whichever it was written. */
function plainHost(hostname: string): string {
  const url = `http://${hostname}/`;
  const host = URL.canParse(url) ? new URL(url).hostname : hostname;
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** proxy-chain would crash the process on a user name that is no percent-encoding; git sends none to a proxy. */
function refuseUserInfo(url = ''): void {
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') throw new RequestError('A url carries no user name', 400);
}
