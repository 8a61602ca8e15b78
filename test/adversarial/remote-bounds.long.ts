import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import { attacks } from './hostile-transfers.ts';
import { everyVariant } from '../kit/counts.ts';
import { watchMemory } from './memory.ts';
import { gitsOf, leftOver } from '../kit/processes.ts';
import { add, startedForLong } from '../kit/running-server.ts';

/** How long an add may take here, in seconds. */
const limit = everyVariant ? 10 : 5;

/** How many bytes may come, where not very many. */
const most: Readonly<Record<string, number>> = { 'a-pack-has-more-bytes-than-are-allowed': 2e7 };

/** What may come of an attack: nothing that says that it was the server's own fault. */
const outcome = z.object({ outcome: z.enum(['timeout', 'too_large', 'protocol', 'unavailable']) });

for (const [name, answer] of Object.entries(attacks)) {
  test.serial(`${name.replaceAll('-', ' ')}: git and the server stay within bounds`, async (t) => {
    const { server, remote, repository, data } = await startedForLong(t, {
      FETCH_TIMEOUT_SECONDS: String(limit),
      FETCH_MAX_BYTES: String(most[name] ?? 1e9),
    });
    await repository.linear(3);
    remote.answers.set(name, answer);
    const peak = watchMemory(server.pid);
    const begin = performance.now();
    const attacked = await add(server, 'attack', `${remote.origin}/${name}`);
    const seconds = (performance.now() - begin) / 1000;
    const { server: own, group } = peak();
    const text = await attacked.text();
    t.log(
      `${seconds.toFixed(1)} s, git ${group.toFixed(0)} MiB, server ${own.toFixed(0)} MiB, ${text}`,
    );

    t.is(attacked.status, 500);
    t.notThrows(() => outcome.parse(JSON.parse(text)), text);
    t.true(seconds < limit + 5, `${seconds} s`);
    t.true(group < 1024, `${group} MiB of git`);
    t.true(own < 256, `${own} MiB of the server`);
    t.true(remote.requests.length < 30, `${remote.requests.length} requests`);
    t.deepEqual(await leftOver(() => gitsOf(data)), []);
    t.deepEqual(await leftOver(() => readdir(join(data, 'tmp'))), []);
    t.is((await add(server, 'good', `${remote.origin}/x.git`)).status, 200);
  });
}
