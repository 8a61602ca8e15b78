import { isIP, Socket } from 'node:net';
import { finished } from 'node:stream';
import { RequestError, Server } from 'proxy-chain';
import type { AddressPolicy } from './address-policy.ts';
import { checkedLookup, type Resolve } from './checked-lookup.ts';
import type { OpenPass } from './pass.ts';
import { WatchingAgent, watchRemote } from './watch-remote.ts';

interface ForwardProxyOptions {
  readonly policy: AddressPolicy;
  readonly resolve: Resolve;
  /** The open pass of a user, if there is one. */
  readonly passOf: (user: string) => OpenPass | undefined;
}

/** Starts the proxy on a free port of 127.0.0.1. Listening alone keeps no process alive. */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<Server> {
  const { policy, resolve, passOf } = options;
  const passes = new WeakMap<Socket, OpenPass>();

  const server = new Server({
    host: '127.0.0.1',
    port: 0,
    prepareRequestFunction: ({ request, username, password, hostname, isHttp }) => {
      const pass = passOf(username);
      if (!pass?.accepts(password)) return { requestAuthentication: true };
      const client = request.socket;
      pass.adopt(client);
      passes.set(client, pass);
      if (isHttp) refuseUserInfo(request.url);

      // Only names are looked up. The URL parser has given a literal of any spelling its one form.
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      if (isIP(host) !== 0 && !policy(host)) {
        pass.failed('blocked');
        throw new RequestError('This address is not allowed', 403);
      }
      if (!isHttp) watchTunnel(client, pass);
      return {
        dnsLookup: checkedLookup(resolve, policy, () => pass.failed('blocked')),
        httpAgent: new WatchingAgent(pass),
      };
    },
  });

  server.server.on('request', (request, response) => {
    let forwarded = false;
    response.once('pipe', () => {
      forwarded = true;
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

/** The remote's end of a tunnel is proxy-chain's own and shows itself only when it is piped into the client's. */
function watchTunnel(client: Socket, pass: OpenPass): void {
  client.once('pipe', (remote) => {
    if (!(remote instanceof Socket)) return;
    watchRemote(remote, pass);
    // proxy-chain would only end its half, and a remote that never ends the other would keep the connection.
    finished(client, () => remote.destroy());
  });
}

/** proxy-chain would crash the process on a user name that is no percent-encoding; git sends none to a proxy. */
function refuseUserInfo(url = ''): void {
  const { username, password } = new URL(url);
  if (username !== '' || password !== '') throw new RequestError('A url carries no user name', 400);
}
