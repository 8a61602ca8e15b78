import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { serve, type Answer } from '../kit/git-backend.ts';
import { startGitServer } from '../kit/git-server.ts';
import { add, startedForLong } from '../kit/running-server.ts';

/** Between two refreshes of a repository, in seconds, whatever becomes of them. */
const interval = 4;

const others = Array.from({ length: 20 }, (_, index) => `other${index}`);
const slow = Array.from({ length: 8 }, (_, index) => `slow${index}`);

/** Sends a byte each second and never comes to an end, as long as its client stays. */
const drip: Answer = async ({ response }) => {
  const headers = { 'content-type': 'application/x-git-upload-pack-advertisement' };
  response.writeHead(200, headers);
  for (let sent = 0; sent < 60 && !response.destroyed; sent++) {
    response.write('0');
    await setTimeout(1000);
  }
};

function percentile95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Infinity;
}

test('eight repositories of one host that drip hold up no refresh of twenty on another host', async (t) => {
  t.timeout(300_000);
  const { server, remote, root, repository } = await startedForLong(t, {
    REFRESH_MIN_SECONDS: String(interval),
    REFRESH_MAX_SECONDS: String(interval),
    FETCH_TIMEOUT_SECONDS: '15',
    LOG_LEVEL: 'silent',
  });
  await repository.linear(3);
  const other = await startGitServer(root);
  t.teardown(() => other.close());
  /** When each was asked for, in seconds. */
  const asked = new Map(others.map((name) => [name, [] as number[]]));
  for (const [name, times] of asked) {
    other.answers.set(name, async (exchange) => {
      if (exchange.path.endsWith('/info/refs')) times.push(performance.now() / 1000);
      await serve()(exchange);
    });
    // By another name than that of the slow one, since ports of one host count together.
    const origin = other.origin.replace('127.0.0.1', 'localhost');
    t.is((await add(server, name, `${origin}/${name}/x.git`)).status, 200);
  }
  for (const name of slow) {
    remote.answers.set(name, serve());
    t.is((await add(server, name, `${remote.origin}/${name}/x.git`)).status, 200);
  }
  /** By how much refreshes of the others came later than the interval, in seconds. */
  const watch = async (seconds: number): Promise<readonly number[]> => {
    for (const times of asked.values()) times.length = 0;
    await setTimeout(seconds * 1000);
    return [...asked.values()].flatMap((times) =>
      times.slice(1).map((time, index) => Math.max(0, time - (times[index] ?? 0) - interval)),
    );
  };
  const without = await watch(40);
  for (const name of slow) remote.answers.set(name, drip);
  const beside = await watch(60);
  t.log(
    `late by ${percentile95(without).toFixed(2)} s without, ${percentile95(beside).toFixed(2)} s beside (95 of 100; ${without.length} and ${beside.length} refreshes)`,
  );
  t.true(beside.length > 100, `${beside.length}`);
  t.true(percentile95(beside) < 2 * percentile95(without));
});
