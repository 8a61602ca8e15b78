import { once } from 'node:events';
import { connect } from 'node:net';
import { mock } from 'node:test';
import { Worker } from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import type { Resolve } from '../../../adapters/egress/checked-lookup.ts';
import { getThrough, openPass, tunnelThrough } from './through-proxy.ts';

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip;

async function failureAfter20Seconds(
  t: ExecutionContext,
  port: number,
  resolve: Resolve,
  ask: 'http' | 'tunnel',
) {
  const asked = Promise.withResolvers<void>();
  const pass = await openPass(t, {
    resolve: (host) => {
      asked.resolve();
      return resolve(host);
    },
  });
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const answer =
      ask === 'http'
        ? getThrough(pass, `http://remote.test:${port}/`)
        : tunnelThrough(pass, `remote.test:${port}`);
    await asked.promise;
    // One turn, in which the answer of the lookup leads to an attempt to connect.
    await new Promise(setImmediate);
    mock.timers.tick(19_999);
    t.is(pass.failure(), undefined);
    mock.timers.tick(1);
    await answer;
    return await pass.failure();
  } finally {
    mock.timers.reset();
  }
}

for (const ask of ['http', 'tunnel'] as const) {
  test.serial(
    `a name that is looked up in vain for 20 seconds is \`dns\`, by ${ask}`,
    async (t) => {
      const never = () => new Promise<never>(() => {});
      t.is(await failureAfter20Seconds(t, 1, never, ask), 'dns');
    },
  );

  onLinux(`a host that drops packets is \`connect\` after 20 seconds, by ${ask}`, async (t) => {
    const port = await startDeafServer(t);
    const found = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    t.is(await failureAfter20Seconds(t, port, found, ask), 'connect');
  });
}

/** A server that accepts nobody, and its queue is full: Linux then drops what asks for one connection more. */
async function startDeafServer(t: ExecutionContext): Promise<number> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`,
    { eval: true },
  );
  t.teardown(() => worker.terminate());
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  for (let waiting = 0; waiting < 2; waiting++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    t.teardown(() => socket.destroy());
    await once(socket, 'connect');
  }
  return port;
}
