import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, isIPv6, Socket } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { publicAddresses } from '../../../adapters/egress/address-policy.ts';
import type { Resolve } from '../../../adapters/egress/checked-lookup.ts';
import { serve } from '../../kit/git-backend.ts';
import { redirect } from '../../kit/git-faults.ts';
import { startGitServer, type GitServer } from '../../kit/git-server.ts';
import { startHttpsGitServer } from '../../kit/https-git-server.ts';
import { createRepository } from '../../kit/repository.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { startGit } from '../../kit/git-fixture.ts';

/** Where real listeners are, on the ports of the servers: nobody may ever connect to them. */
const listeners = ['127.0.0.2', '::1'];

/** An address of every kind that nobody may be led to; 127.0.0.1, where the servers are, is allowed. */
const addresses = {
  loopback: '127.0.0.2',
  'loopback of IPv6': '::1',
  private: '10.0.0.1',
  'link-local': '169.254.1.1',
  metadata: '169.254.169.254',
  'unique-local': 'fd12::1',
  'v4-mapped': '::ffff:127.0.0.2',
  NAT64: '64:ff9b::7f00:2',
  '6to4': '2002:7f00:2::1',
  unspecified: '0.0.0.0',
} as const;

/** The first of them in other words, which only a url can hold. */
const spellings = ['2130706434', '0x7f.2', '0177.0.0.2', '127.2', '127.0.0.2.', '%3127.0.0.2'];

const literals = [...Object.values(addresses), ...spellings];

/** How a forbidden address comes in at a hop: the hosts that bring it. */
const ways = {
  '302 to the address': { status: 302, hosts: literals.map(bracketed) },
  '307 to the address': { status: 307, hosts: literals.map(bracketed) },
  'a name that changes its address after the first lookup': { status: 302, hosts: named('then') },
  'a name with several addresses, the last of them bad': { status: 307, hosts: named('beside') },
} as const;

function bracketed(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

function named(what: 'then' | 'beside'): readonly string[] {
  return Object.keys(addresses).map((_, index) => `${what}-${index}.hop.test`);
}

/** Every name is at the servers, but for those that a way has made. */
function resolver(): Resolve {
  const asked = new Set<string>();
  const good = { address: '127.0.0.1', family: 4 };
  return async (host) => {
    const [, what, number] = /^(then|beside)-(\d+)\.hop\.test$/.exec(host) ?? [];
    const address = Object.values(addresses)[Number(number)];
    if (address === undefined) return [good];
    const bad = { address, family: isIPv6(address) ? 6 : 4 };
    if (what === 'beside') return [good, bad];
    if (asked.has(host)) return [bad];
    asked.add(host);
    return [good];
  };
}

/** Listens where nobody may connect to, and gives how many have. */
async function listenThere(t: ExecutionContext, server: GitServer): Promise<() => number> {
  let connections = 0;
  for (const address of listeners) {
    const forbidden = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await once(forbidden.listen(Number(new URL(server.origin).port), address), 'listening');
    t.teardown(() => once(forbidden.close(), 'close'));
  }
  return () => connections;
}

/** The addresses that this process tries to connect to from now on. */
function watchAttempts(t: ExecutionContext): ReadonlySet<string> {
  const attempts = new Set<string>();
  const watch = (message: unknown) => {
    const socket: unknown = Reflect.get(Object(message), 'socket');
    if (!(socket instanceof Socket)) return;
    socket.on('connectionAttempt', (address: string) => attempts.add(address));
  };
  subscribe('net.client.socket', watch);
  t.teardown(() => unsubscribe('net.client.socket', watch));
  return attempts;
}

async function startMatrix(t: ExecutionContext, scheme: 'http' | 'https') {
  const root = await temporaryDirectory(t);
  await (await createRepository(join(root, 'x.git'))).linear(2);
  const secure = scheme === 'https' ? await startHttpsGitServer(root, ['*.hop.test']) : undefined;
  const server = secure?.server ?? (await startGitServer(root));
  t.teardown(() => server.close());
  // One connection for each request, so that a name is looked up for each.
  server.answers.set('once', (exchange) => {
    exchange.response.setHeader('connection', 'close');
    return serve()(exchange);
  });
  const { port } = await startGit(t, {
    policy: publicAddresses(['127.0.0.1/32']),
    resolve: resolver(),
    ...(secure && { caFile: secure.caFile }),
  });
  return { server, port };
}

/** Tests that no way leads git to a forbidden address, at no hop. */
export function testMatrix(scheme: 'http' | 'https'): void {
  for (const [way, { status, hosts }] of Object.entries(ways)) {
    for (const hop of [1, 2, 3]) {
      // Nobody is redirected to the first hop.
      if (hop === 1 && way.startsWith('307')) continue;
      const what = hop === 1 ? way.replace('302 to the address', 'the address itself') : way;
      test.serial(
        `${scheme}, hop ${hop}: ${what} is blocked, and no connection made`,
        async (t) => {
          t.timeout(240_000);
          const { server, port } = await startMatrix(t, scheme);
          const connections = await listenThere(t, server);
          const attempts = watchAttempts(t);
          const serverPort = new URL(server.origin).port;
          const at = (host: string, path: string) => `${scheme}://${host}:${serverPort}/${path}`;
          const fetches = hosts.map(async (host, index) => {
            const forbidden = at(host, 'once');
            const onward = hop === 3 ? at('second.hop.test', `second-${index}`) : forbidden;
            server.answers.set(
              `first-${index}`,
              redirect(status, (asked) => `${onward}${asked}`),
            );
            server.answers.set(
              `second-${index}`,
              redirect(status, (asked) => `${forbidden}${asked}`),
            );
            const url = hop === 1 ? forbidden : at('first.hop.test', `first-${index}`);
            const { outcome } = await port.fetch({ url: new URL(`${url}/x.git`).href });
            return `${host} ${outcome}`;
          });
          t.deepEqual(
            await Promise.all(fetches),
            hosts.map((host) => `${host} blocked`),
          );
          t.is(connections(), 0);
          t.deepEqual(
            [...attempts].filter((address) => address !== '127.0.0.1'),
            [],
          );
        },
      );
    }
  }

  test(`the names of the matrix lead where they are meant to, and the way there is open, by ${scheme}`, async (t) => {
    const { server, port } = await startMatrix(t, scheme);
    const attempts = watchAttempts(t);
    const there = server.origin.replace('127.0.0.1', 'second.hop.test');
    server.answers.set(
      'first',
      redirect(302, (asked) => `${there}/once${asked}`),
    );
    const url = `${server.origin.replace('127.0.0.1', 'first.hop.test')}/first/x.git`;
    t.is((await port.fetch({ url })).outcome, 'ok');
    t.deepEqual([...attempts], ['127.0.0.1']);
  });
}
