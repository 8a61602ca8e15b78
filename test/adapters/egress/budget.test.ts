import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setInterval } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { allowAllAddresses } from '../../../adapters/egress/address-policy.ts';
import { createEgress } from '../../../adapters/egress/proxy.ts';
import {
  countBytes,
  getThrough,
  openPass,
  openTunnel,
  startRemote,
  type Ticket,
} from './through-proxy.ts';

const block = Buffer.alloc(65_536, 'git');

/** That many bytes, in blocks. */
function bytes(count: number): Readable {
  return Readable.from(
    (function* () {
      for (let left = count; left > 0; left -= block.length) yield block.subarray(0, left);
    })(),
  );
}

function send(count: number, to: Writable): void {
  // The receiver may leave early, and that is the test's business.
  pipeline(bytes(count), to).catch(() => {});
}

const ways = {
  'plain http': async (t: ExecutionContext, count: number) => {
    const remote = await startRemote(
      t,
      createServer((_, response) => send(count, response)),
    );
    return async (ticket: Ticket): Promise<Readable> => {
      const response = await getThrough(ticket, `http://${remote.authority}/`);
      return response ?? Readable.from([]);
    };
  },
  'a tunnel': async (t: ExecutionContext, count: number) => {
    const remote = await startRemote(t, (socket) => send(count, socket));
    return (ticket: Ticket): Promise<Readable> => openTunnel(ticket, remote.authority);
  },
};

for (const [way, start] of Object.entries(ways)) {
  test(`20 MB by ${way} arrive whole and are counted`, async (t) => {
    const count = 20_000_000;
    const ask = await start(t, count);
    const pass = await openPass(t);
    const [sent, arrived] = [createHash('sha256'), createHash('sha256')];
    await pipeline(bytes(count), sent);
    await pipeline(await ask(pass), arrived);
    t.is(arrived.digest('hex'), sent.digest('hex'));
    // Beside the bytes themselves there are the head of an answer and the sizes of its chunks.
    const over = pass.receivedBytes() - count;
    t.true(over >= 0 && over <= 20_000, `${over} bytes more`);
    t.false(pass.exceeded.aborted);
    t.is(pass.failure(), undefined);
  });

  test(`an endless answer by ${way} is cut at the budget`, async (t) => {
    const ask = await start(t, Infinity);
    const pass = await openPass(t, { maxBytes: 1_000_000 });
    const exceeded = once(pass.exceeded, 'abort');
    const arrived = await countBytes(await ask(pass));
    await exceeded;
    t.true(arrived <= 1_000_000 + block.length);
    t.true(pass.receivedBytes() > 1_000_000);
    t.true(pass.receivedBytes() <= 1_000_000 + 2 * block.length);
    t.is(pass.failure(), 'too_large');
  });

  test(`the budget is for all connections together, ended ones too, by ${way}`, async (t) => {
    const ask = await start(t, 400_000);
    const pass = await openPass(t, { maxBytes: 1_000_000 });
    t.true((await countBytes(await ask(pass))) >= 400_000);
    t.true((await countBytes(await ask(pass))) >= 400_000);
    t.is(pass.failure(), undefined);
    await countBytes(await ask(pass));
    t.true(pass.exceeded.aborted);
    t.is(pass.failure(), 'too_large');
  });

  test(`a client that does not read stops the remote by ${way}`, async (t) => {
    const count = 64_000_000;
    const ask = await start(t, count);
    const pass = await openPass(t);
    const unread = await ask(pass);

    let [before, still] = [-1, 0];
    for await (const _ of setInterval(20)) {
      const now = pass.receivedBytes();
      still = now === before && now > 0 ? still + 1 : 0;
      before = now;
      if (still === 10) break;
    }
    // What is under way lies in the buffers of the system; the proxy itself holds a few blocks.
    t.true(before < count / 2, `${before} bytes`);
    t.is(await countBytes(unread.pipe(new PassThrough())), count);
  });
}

test('the budget itself may be used up', async (t) => {
  const ask = await ways['a tunnel'](t, 100_000);
  const pass = await openPass(t, { maxBytes: 100_000 });
  t.is(await countBytes(await ask(pass)), 100_000);
  t.is(pass.receivedBytes(), 100_000);
  t.is(pass.failure(), undefined);
});

test('beyond its budget a pass lets nothing through, and its other connections are cut', async (t) => {
  const sockets: Socket[] = [];
  const quiet = await startRemote(t, (socket) => sockets.push(socket.resume()));
  const ask = await ways['plain http'](t, 1000);
  const pass = await openPass(t, { maxBytes: 500 });
  const tunnel = await openTunnel(pass, quiet.authority);
  await countBytes(await ask(pass));
  await countBytes(tunnel);
  t.is(pass.failure(), 'too_large');
  t.is((await getThrough(pass, `http://${quiet.authority}/`))?.statusCode, 407);
  t.is(quiet.connections(), 1);
  pass.close();
  t.is(pass.failure(), 'too_large');
});

test('what is sent to a remote counts for nothing', async (t) => {
  const remote = await startRemote(t, (socket) => {
    socket.resume().once('end', () => socket.end('thanks'));
  });
  const pass = await openPass(t, { maxBytes: 1000 });
  const tunnel = await openTunnel(pass, remote.authority);
  await pipeline(bytes(1_000_000), tunnel);
  t.is(await countBytes(tunnel), 'thanks'.length);
  t.is(pass.receivedBytes(), 'thanks'.length);
});

test('a remote that sends nothing for too long is cut off, and one that goes on is not', async (t) => {
  const egress = createEgress({ policy: allowAllAddresses, idleSeconds: 0.05 });
  t.teardown(() => egress.close());
  const silent = await egress.open({ maxBytes: 1e6 });
  await once(silent.exceeded, 'abort');
  t.is(silent.failure(), 'timeout');
  const ended = await egress.open({ maxBytes: 1e6 });
  ended.close();
  t.is(ended.failure(), undefined);
});
