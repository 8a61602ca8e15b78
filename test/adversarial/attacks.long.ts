import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { z } from 'zod';
import { watchMemory } from './memory.ts';
import { askAll } from '../kit/ask-all.ts';
import { gitsOf, leftOver } from '../kit/processes.ts';
import { rawClient } from '../kit/raw-client.ts';
import { add, startedForLong } from '../kit/running-server.ts';

const head = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';

test.serial('500 slow sockets are closed within 12 s, and others hardly notice', async (t) => {
  const { server } = await startedForLong(t);
  const begin = performance.now();
  const bytes = [
    '',
    'GET',
    `${head}X-A: `,
    `POST /add/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhttp`,
    `POST /add/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhttp`,
  ];
  const clients = await Promise.all(
    Array.from({ length: 500 }, async (_, index) =>
      rawClient(t, server.url, bytes[index % bytes.length]),
    ),
  );
  const over = new AbortController();
  const closed = Promise.all(clients.map(async (client) => client.closed)).then(() => {
    over.abort();
    return performance.now() - begin;
  });
  const dripping = clients.filter((_, index) => index % bytes.length > 0);
  const times: number[] = [];
  while (!over.signal.aborted) {
    // Now and then, since this process has to send and to measure.
    if (times.length % 20 === 0) {
      for (const { socket } of dripping) if (socket.writable) socket.write('a');
      await setTimeout(100);
    }
    for (const [status, time] of await askAll(server.url, ['/healthz', '/healthz'])) {
      t.is(status, 200);
      times.push(time);
    }
    await setTimeout(100);
    if (performance.now() - begin > 60_000) break;
  }
  const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity;
  const last = (await closed) / 1000;
  t.log(`closed after ${last.toFixed(1)} s, /healthz p99 ${p99.toFixed(1)} ms`);
  t.true(last < 12, `${last} s`);
  t.true(p99 < 100, `${p99} ms`);
});

/** How long an add may take here, in seconds. */
const limit = 15;

/** What 99 of 100 good adds may take beside them where they take less than half of it alone, in milliseconds. */
const mostMs = 250;

test.serial('50 hanging remotes end in time, and hardly hold up good ones', async (t) => {
  t.timeout(300_000);
  // One client has a quarter of them.
  const env = {
    FETCH_TIMEOUT_SECONDS: String(limit),
    LOG_LEVEL: 'warn',
    FETCH_CONCURRENCY: '256',
  };
  const { server, remote, repository, data } = await startedForLong(t, env);
  await repository.linear(20);
  const good = async (count: number) => {
    const times: number[] = [];
    for (let index = 0; index < count; index++) {
      const begin = performance.now();
      t.is((await add(server, 'good', `${remote.origin}/x.git`)).status, 200);
      times.push(performance.now() - begin);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(count * 0.99)] ?? Infinity;
  };
  await good(20);
  const alone = Math.max(await good(100), await good(100));
  const peak = watchMemory(server.pid);
  const begin = performance.now();
  const hanging = Array.from({ length: 50 }, async (_, index) => {
    const answer = await add(server, `h${index}`, `${remote.origin}/hang/${index}.git`);
    const { outcome } = z.object({ outcome: z.string() }).parse(await answer.json());
    return [answer.status, outcome, performance.now() - begin] as const;
  });
  // All of them hang.
  while (remote.requests.filter(({ path }) => path.startsWith('/hang/')).length < 50) {
    await setTimeout(20);
  }
  // Whatever else the machine does may hold up one round, and hardly both.
  const beside = Math.min(await good(100), await good(100));
  const answers = await Promise.all(hanging);
  const { server: own, group } = peak();
  const last = Math.max(...answers.map(([, , time]) => time)) / 1000;
  t.log(
    `p99 ${alone.toFixed(0)} ms alone, ${beside.toFixed(0)} beside; the last ended after ${last.toFixed(1)} s; git ${group.toFixed(0)} MiB, server ${own.toFixed(0)} MiB`,
  );
  t.true(answers.every(([status, outcome]) => status === 500 && outcome === 'timeout'));
  // And what a busy machine adds to whatever it does.
  t.true(last < limit + 2 + (5 * alone) / 1000, `${last} s`);
  t.true(group < 1024 && own < 256);
  t.deepEqual(await leftOver(() => gitsOf(data)), []);
  t.deepEqual(await leftOver(() => readdir(join(data, 'tmp'))), []);
  t.true(beside < Math.max(2 * alone, mostMs), `${beside} ms beside, ${alone} ms alone`);
});
