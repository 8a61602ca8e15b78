import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { CrashLoad } from './crash-load.ts';
import { startGitServer } from '../kit/git-server.ts';
import { leftOver, processesWith } from '../kit/processes.ts';
import { startProgram } from '../kit/program.ts';
import { random, seedOf } from '../kit/random.ts';
import { createRepository } from '../kit/repository.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { writeMarker } from './write-marker.ts';

interface Crashes {
  readonly kills: number;
  /** How long a server may take to be ready again, in milliseconds. */
  readonly readyWithin: number;
  /** How many of the kills must come while the server writes, 0 to 1. */
  readonly whileWriting: number;
}

/** How long it is waited for the moment that a server writes, in milliseconds. */
const patience = 5000;

/**
 * Kills a server so many times while it adds, refreshes and deletes, and expects everything that was acknowledged to be
 * there each time it starts again, and nothing else left.
 */
export async function crash(
  t: ExecutionContext,
  { kills, readyWithin, whileWriting: share }: Crashes,
): Promise<void> {
  const seed = seedOf(t);
  const chance = random(seed);
  const root = await temporaryDirectory(t);
  const data = await temporaryDirectory(t);
  const marker = writeMarker(join(await temporaryDirectory(t), 'writing'));
  const remote = await startGitServer(root);
  t.teardown(() => remote.close());
  const repository = await createRepository(join(root, 'x.git'));
  const tip = await repository.linear(2000);
  const load = new CrashLoad(remote, repository, tip, 2000, chance);
  const start = () => startProgram({ DATA_DIR: data, REFRESH_MIN_SECONDS: '1', ...marker.env });

  let whileWriting = 0;
  let slowest = 0;
  let server = await start();
  t.teardown(() => server.stop('SIGKILL'));
  for (let kill = 1; kill <= kills; kill++) {
    const working = new AbortController();
    const loaded = load.run(server.url, working.signal);
    await setTimeout(100 + chance.below(400));
    // Most writes take less time than passes between two of them, so four kills of five wait for one.
    const until = performance.now() + (kill % 5 === 0 ? 0 : patience);
    while (!marker.writing() && performance.now() < until) await setTimeout(1);
    await server.stop('SIGKILL');
    if (marker.writing()) whileWriting++;
    working.abort();
    await loaded;

    const begin = performance.now();
    server = await start();
    t.is((await fetch(`${server.url}/readyz`)).status, 200);
    slowest = Math.max(slowest, performance.now() - begin);
    t.deepEqual(await load.faults(server.url), [], `kill ${kill}, seed ${seed}`);
  }
  t.log(
    `${whileWriting} of ${kills} kills while writing; ready in ${Math.round(slowest)} ms at most`,
  );
  t.true(whileWriting >= share * kills, `${whileWriting} of ${kills} kills while writing`);
  t.true(slowest < readyWithin, `${slowest} ms`);
  // What an earlier run left was removed before this one answered.
  await server.stop();
  t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${data}`)), []);
  t.deepEqual(await readdir(join(data, 'tmp')), []);
}
