import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import type { RunningServer } from '../kit/program.ts';
import { scaled } from '../kit/counts.ts';
import { rawClient, statuses } from '../kit/raw-client.ts';
import { startedForLong } from '../kit/running-server.ts';

const head = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';

/** Of resident memory. */
const mostMegabytes = 256;

/** Statuses of answers over kept connections, and how long each took in milliseconds. */
async function asked(url: string, paths: readonly string[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const all = paths.map(
    (path) =>
      new Promise<readonly [number, number]>((resolve, reject) => {
        const begin = performance.now();
        request(url + path, { agent }, (response) => {
          response.resume().once('end', () => {
            resolve([response.statusCode ?? 0, performance.now() - begin]);
          });
        })
          .once('error', reject)
          .end();
      }),
  );
  const answers = await Promise.all(all);
  agent.destroy();
  return answers;
}

/** The largest resident memory of the server so far, in MB. */
async function peakMegabytes({ pid }: RunningServer): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

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
    for (const [status, time] of await asked(server.url, ['/healthz', '/healthz'])) {
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

const randomPaths = scaled(10_000);

test.serial(`${randomPaths} random paths make no series and no lasting memory`, async (t) => {
  t.timeout(300_000);
  const { server } = await startedForLong(t, { LOG_LEVEL: 'warn' });
  const scrape = async () => (await fetch(`${server.url}/metrics`)).text();
  const names = (text: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith('request_'))
      .map((line) => line.replace(/ \S+$/, ''));
  const prefixes = ['/', '/json/', '/list/', '/static/', '/api/v1/', '/add/'];
  const flood = async (count: number) => {
    for (let done = 0; done < count; done += 1000) {
      const paths = Array.from(
        { length: 1000 },
        (_, index) => prefixes[index % prefixes.length] + randomBytes(12).toString('base64url'),
      );
      for (const [status] of await asked(server.url, paths)) {
        if (status !== 404 && status !== 400) t.fail(String(status));
      }
    }
  };
  await flood(1000);
  const before = await scrape();
  await flood(randomPaths);
  const after = await scrape();
  t.deepEqual(names(after), names(before));
  t.true(after.length < before.length * 1.1, `${before.length} to ${after.length} bytes`);
  const peak = await peakMegabytes(server);
  t.log(`peak ${peak.toFixed(0)} MB`);
  t.true(peak < mostMegabytes);
});

test.serial(
  'floods of requests, headers and compressed bodies end their connections alone',
  async (t) => {
    const { server } = await startedForLong(t, { LOG_LEVEL: 'error' });
    const floods = [
      `${head}\r\n`.repeat(20_000),
      head + 'X-A: b\r\n'.repeat(100_000),
      `${head}X-A: ${'b'.repeat(5_000_000)}`,
      `POST /add/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;${'a'.repeat(100_000)}`,
    ];
    for (let round = 0; round < 50; round += 1) {
      const clients = await Promise.all(
        floods.map(async (flood) => rawClient(t, server.url, flood)),
      );
      for (const { closed } of clients) {
        const found = statuses(await closed);
        t.true(found.length <= 8);
        t.true(found.every((status) => status === 200 || (status >= 400 && status < 500)));
      }
    }
    const bomb = gzipSync(Buffer.alloc(8_000_000));
    const headers = { 'content-encoding': 'gzip' };
    const answer = await fetch(`${server.url}/add/x`, { method: 'POST', headers, body: bomb });
    t.is(answer.status, 400);
    t.is((await fetch(`${server.url}/healthz`)).status, 200);
    const peak = await peakMegabytes(server);
    t.log(`peak ${peak.toFixed(0)} MB`);
    t.true(peak < mostMegabytes);
  },
);
