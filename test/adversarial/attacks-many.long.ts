import { setTimeout } from 'node:timers/promises';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import { watchMemory } from './memory.ts';
import { scaled } from '../kit/counts.ts';
import { gitsOf, leftOver } from '../kit/processes.ts';
import { add, startedForLong } from '../kit/running-server.ts';

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

const adds = scaled(1000);

test.serial(`${adds} adds of new names fill nothing beyond MAX_PROJECTS`, async (t) => {
  t.timeout(600_000);
  const env = { MAX_PROJECTS: '100', LOG_LEVEL: 'error' };
  const { server, remote, repository } = await startedForLong(t, env);
  await repository.linear(3);
  const peak = watchMemory(server.pid);
  const statuses = new Map<number, number>();
  const names = Array.from({ length: adds }, (_, index) => `name-${index}`).values();
  const client = async () => {
    for (const name of names) {
      const { status } = await add(server, name, `${remote.origin}/x.git`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  const { server: own, group } = peak();
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  t.log(
    `server ${own.toFixed(0)} MiB, git ${group.toFixed(0)} MiB, scrape ${metrics.length} bytes`,
  );
  t.deepEqual(Object.fromEntries(statuses), { 200: 100, 400: adds - 100 });
  t.true(metrics.length < 500_000);
  t.true(group < 1024 && own < 256);
});
