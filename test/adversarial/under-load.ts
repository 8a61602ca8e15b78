import { setTimeout } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { CrashLoad } from './crash-load.ts';
import { leftOver, processesWith } from '../kit/processes.ts';
import { random, seedOf } from '../kit/random.ts';
import { add, startedForLong, type Started } from '../kit/running-server.ts';

/** How long the server may take to be well again, in milliseconds. */
const recovery = 30_000;

/**
 * Has something go wrong with a server, and mended, while three clients add, delete and push. Afterwards the server must
 * be well by itself, and everything that it acknowledged be there.
 * @param go does both
 * @returns the statuses and problems of what was refused
 */
export async function underLoad(
  t: ExecutionContext,
  env: Readonly<Record<string, string>>,
  go: (all: Started) => Promise<void>,
): Promise<readonly string[]> {
  t.timeout(300_000);
  const seed = seedOf(t);
  const all = await startedForLong(t, {
    REFRESH_MIN_SECONDS: '1',
    MIN_FREE_DISK_BYTES: '0',
    ...env,
  });
  const { server, remote, repository } = all;
  const data = env['DATA_DIR'] ?? all.data;
  const tip = await repository.linear(500);
  const load = new CrashLoad(remote, repository, tip, 500, random(seed));
  const over = new AbortController();
  const loaded = load.run(server.url, over.signal);
  await setTimeout(1000);
  await go(all);
  const ready = async () => {
    const answer = await fetch(`${server.url}/readyz`).catch(() => undefined);
    return answer?.status === 200;
  };
  for (const until = performance.now() + recovery; !(await ready()); await setTimeout(100)) {
    if (performance.now() > until) break;
  }
  t.true(await ready(), server.log().slice(-2000));
  over.abort();
  await loaded;
  t.deepEqual(await load.faults(server.url), [], `seed ${seed}`);
  const added = await add(server, 'after', `${remote.origin}/x.git`);
  t.is(added.status, 200, await added.text());
  t.is((await server.stop()).exitCode, 0);
  t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${data}`)), []);
  t.log([...load.refusals].toSorted().join(', '));
  return [...load.refusals];
}
