import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import type { EgressSession } from '../../../adapters/egress/session.ts';
import { closedPort } from '../../kit/closed-port.ts';
import {
  countBytes,
  getThrough,
  openEgress,
  openPass,
  openTunnel,
  startRemote,
  tunnelThrough,
} from './through-proxy.ts';

const unlimited = { maxBytes: Infinity };

function startHttp(t: ExecutionContext) {
  return startRemote(
    t,
    createServer((request, response) => {
      response.setHeader('x-asked', `${request.method} ${request.url}`);
      request.pipe(response);
    }),
  );
}

function withPassword({ proxyUrl }: EgressSession, password: string, user?: string) {
  const url = new URL(proxyUrl);
  url.password = password;
  if (user !== undefined) url.username = user;
  return { proxyUrl: url.href };
}

test('a pass lets plain http through', async (t) => {
  const remote = await startHttp(t);
  const pass = await openPass(t);
  const response = await getThrough(pass, `http://${remote.authority}/a/b?c=d`);
  t.is(response?.statusCode, 200);
  t.is(response?.headers['x-asked'], 'GET /a/b?c=d');
  t.is(pass.failure(), undefined);
});

test('a pass lets a tunnel through, both ways and to an orderly end', async (t) => {
  const remote = await startRemote(t, (socket) => socket.pipe(socket));
  const pass = await openPass(t);
  const socket = await openTunnel(pass, remote.authority);
  socket.end('there and back');
  t.is(await text(socket), 'there and back');
  t.is(pass.receivedBytes(), 'there and back'.length);
  t.is(pass.failure(), undefined);
});

test('the proxy does not pass its own credentials on', async (t) => {
  const remote = await startRemote(
    t,
    createServer((request, response) => response.end(JSON.stringify(request.rawHeaders))),
  );
  const pass = await openPass(t);
  const response = await getThrough(pass, `http://${remote.authority}/`);
  t.notRegex(response ? await text(response) : '', /proxy-authorization|fetch-/i);
});

test('without the secret of an open pass the answer is 407 and nothing is dialled', async (t) => {
  const remote = await startHttp(t);
  const egress = openEgress(t);
  const pass = await egress.open(unlimited);
  const other = await egress.open(unlimited);
  const ended = await egress.open(unlimited);
  ended.close();
  const { password } = new URL(pass.proxyUrl);
  const { username, password: otherPassword } = new URL(other.proxyUrl);

  const wrong = {
    none: withPassword(pass, '', ''),
    'no password': withPassword(pass, ''),
    'a wrong password': withPassword(pass, 'x'.repeat(password.length)),
    'the password of another': withPassword(pass, otherPassword),
    'the user of another': withPassword(pass, password, username),
    'an unknown user': withPassword(pass, password, 'nobody'),
    'a name of the language': withPassword(pass, password, '__proto__'),
    'an ended pass': ended,
  };
  for (const [kind, ticket] of Object.entries(wrong)) {
    const response = await getThrough(ticket, `http://${remote.authority}/`);
    t.is(response?.statusCode, 407, kind);
    const tunnel = await tunnelThrough(ticket, remote.authority);
    t.is(tunnel?.status, 407, kind);
  }
  t.is(remote.connections(), 0);
  t.is(pass.failure(), undefined);

  t.is((await getThrough(pass, `http://${remote.authority}/`))?.statusCode, 200);
  t.is((await getThrough(other, `http://${remote.authority}/`))?.statusCode, 200);
});

test('closing a pass ends its connections on both sides, and no other', async (t) => {
  const atRemote: Promise<unknown>[] = [];
  const remote = await startRemote(t, (socket) => {
    atRemote.push(once(socket, 'close'));
    socket.resume();
  });
  const egress = openEgress(t);
  const pass = await egress.open(unlimited);
  const other = await egress.open(unlimited);
  const tunnel = await openTunnel(pass, remote.authority);
  const waiting = getThrough(pass, `http://${remote.authority}/`);
  while (remote.connections() < 2) await new Promise(setImmediate);
  const kept = await openTunnel(other, remote.authority);

  pass.close();
  await countBytes(tunnel);
  t.is(await waiting, undefined);
  await Promise.all(atRemote.slice(0, 2));
  t.is(pass.failure(), undefined);

  t.true(kept.writable);
  t.is((await tunnelThrough(other, remote.authority))?.status, 200);
});

test('closing egress ends every connection and admits nobody any more', async (t) => {
  let atRemote: Promise<unknown> | undefined;
  const remote = await startRemote(t, (socket) => {
    atRemote = once(socket, 'close');
    socket.resume();
  });
  const egress = openEgress(t);
  const pass = await egress.open(unlimited);
  const tunnel = await openTunnel(pass, remote.authority);

  await egress.close();
  await countBytes(tunnel);
  await atRemote;
  t.is(await getThrough(pass, `http://${remote.authority}/`), undefined);
  await t.throwsAsync(egress.open(unlimited), { message: 'egress is closed' });
  await egress.close();
});

test('egress that is closed while it starts, or before, is closed', async (t) => {
  const starting = openEgress(t);
  const admitted = starting.open(unlimited);
  await Promise.all([starting.close(), t.throwsAsync(admitted, { message: 'egress is closed' })]);

  const unused = openEgress(t);
  await unused.close();
  await t.throwsAsync(unused.open(unlimited), { message: 'egress is closed' });
});

test('a name without address is `dns`', async (t) => {
  const resolve = () => Promise.reject(new Error('ENOTFOUND'));
  for (const ask of [getThrough, tunnelThrough]) {
    const pass = await openPass(t, { resolve });
    await ask(pass, ask === getThrough ? 'http://nowhere.test/' : 'nowhere.test:443');
    t.is(pass.failure(), 'dns');
  }
  const pass = await openPass(t, { resolve: () => Promise.resolve([]) });
  await tunnelThrough(pass, 'nowhere.test:443');
  t.is(pass.failure(), 'dns');
});

test('a name that the system does not know is `dns`', async (t) => {
  const pass = await openPass(t);
  await getThrough(pass, 'http://nowhere.invalid/');
  t.is(pass.failure(), 'dns');
});

test('a port that refuses is `connect`, by literal and by name', async (t) => {
  const port = await closedPort(t);
  const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  for (const host of ['127.0.0.1', 'remote.test']) {
    const http = await openPass(t, { resolve });
    await getThrough(http, `http://${host}:${port}/`);
    t.is(http.failure(), 'connect');
    const tunnel = await openPass(t, { resolve });
    await tunnelThrough(tunnel, `${host}:${port}`);
    t.is(tunnel.failure(), 'connect');
  }
});

test('an address that cannot be reached is no failure where another of the same name can', async (t) => {
  const remote = await startHttp(t);
  const resolve = () =>
    Promise.resolve([
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ]);
  const pass = await openPass(t, { resolve });
  const response = await getThrough(pass, `http://remote.test:${remote.port}/`);
  t.is(response?.statusCode, 200);
  t.is((await tunnelThrough(pass, `remote.test:${remote.port}`))?.status, 200);
  t.is(pass.failure(), undefined);
});

test('the first failure stays', async (t) => {
  const port = await closedPort(t);
  const pass = await openPass(t, { resolve: () => Promise.reject(new Error('ENOTFOUND')) });
  await getThrough(pass, `http://127.0.0.1:${port}/`);
  await getThrough(pass, 'http://nowhere.test/');
  t.is(pass.failure(), 'connect');
});

test('a remote that closes a tunnel early is not a failure to connect', async (t) => {
  for (const end of ['end', 'resetAndDestroy'] as const) {
    const remote = await startRemote(t, (socket) => socket[end]());
    const pass = await openPass(t);
    const tunnel = await tunnelThrough(pass, remote.authority);
    if (tunnel) await countBytes(tunnel.socket);
    t.is(remote.connections(), 1);
    t.is(pass.failure(), undefined);
  }
});

test('a remote that answers a plain request with no http, or not at all, is `protocol`', async (t) => {
  const answers = [
    '',
    'SSH-2.0-OpenSSH_9.2\r\n',
    `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(99_999)}\r\n\r\n`,
  ];
  for (const answer of answers) {
    const remote = await startRemote(t, (socket) => {
      socket.once('data', () => socket.end(answer));
    });
    const pass = await openPass(t);
    const response = await getThrough(pass, `http://${remote.authority}/`);
    if (response) await countBytes(response);
    t.is(pass.failure(), 'protocol', answer.slice(0, 20));
  }
});

test('an answer that cannot be passed on ends the request at once, as `protocol`', async (t) => {
  const answers = {
    'a control character in the reason': 'HTTP/1.1 404 a\x01b\r\nContent-Length: 0\r\n\r\n',
    'another protocol':
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    'another protocol without a name': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'two lengths':
      'HTTP/1.1 200 OK\r\nContent-Length: 500\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    'a header name that is none': 'HTTP/1.1 200 OK\r\na b: c\r\nContent-Length: 0\r\n\r\n',
    'no status': 'HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n',
  };
  for (const [kind, answer] of Object.entries(answers)) {
    // The connection stays open, so that only the answer itself can end the request.
    const remote = await startRemote(t, (socket) => {
      socket.once('data', () => socket.write(answer, 'latin1'));
    });
    const pass = await openPass(t);
    const response = await getThrough(pass, `http://${remote.authority}/`);
    if (response) await countBytes(response);
    t.is(pass.failure(), 'protocol', kind);
  }
});

test('informational answers without end end the request, as `protocol`, and a few do not', async (t) => {
  const informational = Buffer.alloc(28_000, 'HTTP/1.1 103 Early Hints\r\n\r\n');
  const body = 'x'.repeat(200_000);
  const answers = {
    endless: (socket: Socket) => {
      const more = () => {
        if (socket.destroyed) return;
        if (socket.write(informational)) setImmediate(more);
        else socket.once('drain', more);
      };
      more();
    },
    few: (socket: Socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100));
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    },
  };
  const ask = async (answer: (socket: Socket) => void) => {
    const remote = await startRemote(t, (socket) => socket.once('data', () => answer(socket)));
    const pass = await openPass(t);
    const response = await getThrough(pass, `http://${remote.authority}/`);
    return { pass, bytes: response ? await countBytes(response) : undefined };
  };
  const { pass: endless } = await ask(answers.endless);
  t.is(endless.failure(), 'protocol');
  t.true(endless.receivedBytes() < 1_000_000);
  const few = await ask(answers.few);
  t.is(few.pass.failure(), undefined);
  t.is(few.bytes, body.length);
});

test('of connections that do not authenticate themselves the oldest are closed where there are many', async (t) => {
  const remote = await startHttp(t);
  const pass = await openPass(t);
  const kept = await openTunnel(pass, remote.authority);
  const { port } = new URL(pass.proxyUrl);
  const silent = Array.from({ length: 300 }, () => connect(Number(port), '127.0.0.1'));
  t.teardown(() => silent.map((socket) => socket.destroy()));
  const closed = silent.map((socket) => once(socket.on('error', () => {}).resume(), 'close'));
  await Promise.all(closed.slice(0, 300 - 256));
  t.is((await getThrough(pass, `http://${remote.authority}/`))?.statusCode, 200);
  t.true(kept.writable);
});

test("a remote's own error is no failure of the way, and an answer cut short arrives cut short", async (t) => {
  const remote = await startRemote(
    t,
    createServer((request, response) => {
      if (request.url === '/599') response.writeHead(599).end();
      else
        response.writeHead(200, { 'content-length': 1000 }).write('half', () => response.destroy());
    }),
  );
  const pass = await openPass(t);
  t.is((await getThrough(pass, `http://${remote.authority}/599`))?.statusCode, 599);
  const half = await getThrough(pass, `http://${remote.authority}/half`);
  t.is(half?.statusCode, 200);
  await t.throwsAsync(half ? text(half) : Promise.resolve(), { code: 'ECONNRESET' });
  t.is(pass.failure(), undefined);
});

test('whoever speaks no http to the proxy, or leaves at any moment, does it no harm', async (t) => {
  const remote = await startRemote(t, (socket) => socket.resume());
  const pass = await openPass(t);
  const { username, password, port } = new URL(pass.proxyUrl);
  const basic = (credentials: string) =>
    `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
  const authorized = basic(`${username}:${password}`);

  const lines = [
    '\0\0\0\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    `GET https://${remote.authority}/ HTTP/1.1\r\nHost: x\r\n${authorized}\r\n`,
    `GET http://%ff:@${remote.authority}/ HTTP/1.1\r\nHost: x\r\n${authorized}\r\n`,
    `GET http:\\\\%ff@${remote.authority}/ HTTP/1.1\r\nHost: x\r\n${authorized}\r\n`,
    `GET http://${remote.authority}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Bearer x\r\n\r\n`,
    `GET http://${remote.authority}/ HTTP/1.1\r\nHost: x\r\nProxy-Authorization: \xff\r\n\r\n`,
    `CONNECT HTTP/1.1\r\n${authorized}\r\n`,
    `CONNECT nowhere HTTP/1.1\r\nHost: x\r\n${authorized}\r\n`,
    `CONNECT [::1%25lo]:1 HTTP/1.1\r\nHost: x\r\n${authorized}\r\n`,
    `CONNECT 127.0.0.1:99999 HTTP/1.1\r\nHost: x\r\n${authorized}\r\n`,
  ];
  for (const line of lines) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(line, 'latin1');
    t.regex(await text(socket), /^HTTP\/1\.1 (400|407) /, line);
  }
  t.is(remote.connections(), 0);

  const dialling = [
    `CONNECT ${remote.authority} HTTP/1.1\r\nHost: x\r\n${authorized}\r\nearly bytes`,
    `GET http://${remote.authority}/ HTTP/1.1\r\nHost: x\r\n${authorized}\r\n`,
    `POST http://${remote.authority}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n${authorized}\r\nhalf`,
  ];
  for (const line of dialling) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    await new Promise((resolve) => socket.write(line, resolve));
    socket.resetAndDestroy();
  }
  const tunnel = await tunnelThrough(pass, remote.authority);
  t.is(tunnel?.status, 200);
  t.is(pass.failure(), undefined);
});

test('closing a pass ends a tunnel also where the remote goes on sending', async (t) => {
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<unknown>();
  const remote = await startRemote(
    t,
    createTcpServer({ allowHalfOpen: true }, (socket) => {
      const more = () => {
        if (socket.write('more')) setImmediate(more);
        else socket.once('drain', more);
      };
      socket.once('end', more).once('close', onClosed).resume();
    }),
  );
  const pass = await openPass(t);
  await openTunnel(pass, remote.authority);
  pass.close();
  await t.notThrowsAsync(closed);
});
