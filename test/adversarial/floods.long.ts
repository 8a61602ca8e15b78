import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import type { RunningServer } from '../kit/program.ts';
import { askAll } from '../kit/ask-all.ts';
import { scaled } from '../kit/counts.ts';
import { rawClient, statuses } from '../kit/raw-client.ts';
import { add, startedForLong } from '../kit/running-server.ts';
import { watchMemory } from './memory.ts';

const head = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';

/** Of resident memory. */
const mostMegabytes = 256;

/** The largest resident memory of the server so far, in MB. */
async function peakMegabytes({ pid }: RunningServer): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

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
      for (const [status] of await askAll(server.url, paths)) {
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
const adds = scaled(1000);

test.serial(`${adds} adds of new names fill nothing beyond MAX_PROJECTS`, async (t) => {
  t.timeout(600_000);
  const env = { MAX_PROJECTS: '100', LOG_LEVEL: 'error' };
  const { server, remote, repository } = await startedForLong(t, env);
  await repository.linear(3);
  const peak = watchMemory(server.pid);
  const counts = new Map<number, number>();
  const names = Array.from({ length: adds }, (_, index) => `name-${index}`).values();
  const client = async () => {
    for (const name of names) {
      const { status } = await add(server, name, `${remote.origin}/x.git`);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  const { server: own, group } = peak();
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  t.log(
    `server ${own.toFixed(0)} MiB, git ${group.toFixed(0)} MiB, scrape ${metrics.length} bytes`,
  );
  t.deepEqual(Object.fromEntries(counts), { 200: 100, 400: adds - 100 });
  t.true(metrics.length < 500_000);
  t.true(group < 1024 && own < 256);
});
