import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createAccessControl } from '../../../../adapters/access/access-control.ts';
import { readConfig } from '../../../../adapters/config/config.ts';
import { Connections, isReserved } from '../../../../handlers/hosts/hapi/connections.ts';
import { statuses } from '../../../kit/raw-client.ts';
import { serve } from '../../../kit/hosts.ts';

/** Every address of the machine is another client, and the last alone is near. */
const near = '127.0.0.9';
const peerOf = (address: string) => ({ client: address, isNear: address === near });

/** Connects from an address of this machine. */
function connectFrom(t: ExecutionContext, localAddress: string, port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  t.teardown(() => socket.destroy());
  return socket.on('error', () => {});
}

/** Gives what opens a connection from an address, to be counted: how it was taken, and the server's end of it. */
async function counting(t: ExecutionContext, limit: number) {
  const connections = new Connections(limit, peerOf);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const bound = server.address();
  const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  const open = async (address: string) => {
    const { promise, resolve } = Promise.withResolvers<Socket>();
    server.once('connection', resolve);
    connectFrom(t, address, port);
    const socket = await promise;
    t.teardown(() => socket.destroy());
    socket.on('error', () => {});
    const isTaken = connections.take(socket);
    return { socket, how: isTaken ? (isReserved(socket) ? 'reserved' : 'taken') : 'ended' };
  };
  return { connections, open };
}

test('a client has half of the connections, and what is near all of them', async (t) => {
  const { open } = await counting(t, 4);
  const how = async (address: string) => (await open(address)).how;
  const first = await open('127.0.0.2');
  t.is(first.how, 'taken');
  t.is(await how('127.0.0.2'), 'taken');
  t.is(await how('127.0.0.2'), 'reserved');
  first.socket.destroy();
  await once(first.socket, 'close');
  t.is(await how('127.0.0.2'), 'taken');
  t.is(await how(near), 'taken');
  t.is(await how(near), 'taken');
  t.is(await how(near), 'reserved');
  t.is(await how('127.0.0.3'), 'reserved');
});

test('of the reserved connections a client has a few, some are for what is near alone, and what has asked keeps its own', async (t) => {
  const { connections, open } = await counting(t, 0);
  const ask = async (address: string) => {
    const { socket, how } = await open(address);
    connections.hasAsked(socket);
    return how;
  };
  const askOften = async (address: string, times: number) => {
    const found: string[] = [];
    for (let index = 0; index < times; index++) found.push(await ask(address));
    return found.filter((how) => how === 'reserved').length;
  };
  t.is(await askOften('127.0.0.2', 6), 4);
  t.is(await askOften('127.0.0.3', 6), 4);
  t.is(await askOften('127.0.0.4', 6), 4);
  t.is(await ask('127.0.0.5'), 'ended');
  t.is(await askOften(near, 6), 4);
});

test('the oldest reserved connection that has asked nothing gives way to another', async (t) => {
  const { connections, open } = await counting(t, 0);
  const asked = await open('127.0.0.2');
  connections.hasAsked(asked.socket);
  const silent = await open('127.0.0.2');
  for (const address of ['2', '2', '3', '3', '3', '3', '4', '4', '4', '4']) {
    t.is((await open(`127.0.0.${address}`)).how, 'reserved');
  }
  // One client's share is its own matter.
  const own = await open('127.0.0.2');
  t.is(own.how, 'reserved');
  t.true(silent.socket.destroyed);
  for (let times = 0; times < 30; times++) t.is((await open('127.0.0.5')).how, 'reserved');
  t.false(asked.socket.destroyed);
});

test('silent connections of many addresses keep nobody from asking how the server does', async (t) => {
  const { origin } = await serve(t, { maxConnections: 2, peerOf });
  const port = Number(new URL(origin).port);
  const open = async (address: string, sent: string) => {
    const socket = connectFrom(t, `127.0.0.${address}`, port);
    await once(socket, 'connect');
    socket.write(sent);
    return socket;
  };
  const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  for (const address of ['2', '3']) await once(await open(address, request('/healthz')), 'data');
  const ask = async (path: string) => {
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    (await open('4', request(path)))
      .once('data', resolve)
      .once('close', () => resolve(Buffer.of()));
    return statuses((await promise).toString());
  };
  for (let times = 0; times < 32; times++) {
    await open(String(5 + (times % 4)), 'GET /healthz HTTP/1.1\r\n');
  }
  t.deepEqual(await ask('/healthz'), [200]);
  t.deepEqual(await ask('/'), [503]);
});

test('a client is an IPv4 address or an IPv6 /64, and near are this machine and the trusted proxies', (t) => {
  const { peerOf: whose } = createAccessControl(readConfig({ TRUSTED_PROXIES: '10.0.0.0/8' }));
  t.deepEqual(whose('::ffff:192.0.2.1'), { client: '192.0.2.1', isNear: false });
  t.deepEqual(whose('2001:db8::1'), whose('2001:db8::ffff:2'));
  t.notDeepEqual(whose('2001:db8::1'), whose('2001:db8:0:1::1'));
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.2.3']) {
    t.true(whose(address).isNear, address);
  }
  t.false(whose('').isNear);
});
