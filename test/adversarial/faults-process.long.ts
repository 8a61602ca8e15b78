import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { execa } from 'execa';
import { everyVariant } from '../kit/counts.ts';
import { pausedAnswer } from '../kit/paused-answer.ts';
import { createRepository } from '../kit/repository.ts';
import { add, startedForLong } from '../kit/running-server.ts';
import { runningPid, sendSignal } from '../kit/signal.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { underLoad } from './under-load.ts';

/** Has the program's clock go wrong by as many milliseconds as a file says, from when it gets SIGUSR2. */
function wrongClock(file: string): string {
  const plant = `
    import { readFileSync } from 'node:fs';
    const now = Date.now;
    let wrong = 0;
    Date.now = () => now() + wrong;
    process.on('SIGUSR2', () => { wrong = Number(readFileSync(${JSON.stringify(file)}, 'utf8')); });`;
  return `--import="data:text/javascript,${encodeURIComponent(plant)}"`;
}

for (const hours of [1, -1]) {
  const direction = hours > 0 ? 'forward' : 'back';
  test.serial(`a clock set ${direction} by an hour stops no refresh`, async (t) => {
    const file = join(await temporaryDirectory(t), 'wrong');
    const env = { NODE_OPTIONS: wrongClock(file), REFRESH_MAX_SECONDS: '2' };
    const refusals = await underLoad(t, env, async ({ server, remote, root }) => {
      const repository = await createRepository(join(root, 'watched.git'));
      await repository.linear(3);
      t.is((await add(server, 'watched', `${remote.origin}/watched.git`)).status, 200);
      for (const wrong of [hours * 3_600_000, 0]) {
        await writeFile(file, String(wrong));
        sendSignal(server, 'SIGUSR2');
        const tip = await repository.commit({ message: `At ${wrong}\n` });
        await repository.branch('main', tip);
        await tipSeen(server.url, tip);
      }
    });
    t.deepEqual(refusals, []);
  });
}

/** Waits until a refresh has found a tip. */
async function tipSeen(url: string, tip: string): Promise<void> {
  for (const until = performance.now() + 60_000; performance.now() < until; await setTimeout(100)) {
    const answer = await fetch(`${url}/api/v1/projects/watched`);
    if ((await answer.text()).includes(tip)) return;
  }
  throw new Error(`${tip} was not seen within a minute`);
}

test.serial('of 100 requests that run when the server is told to stop none fails', async (t) => {
  const { server, remote, repository } = await startedForLong(t, { FETCH_CONCURRENCY: '100' });
  await repository.linear(10);
  const { answer, open } = pausedAnswer();
  remote.answers.set('held', answer);
  const descriptors = async () => (await readdir(`/proc/${server.pid}/fd`)).length;
  const before = await descriptors();
  const url = (index: number) => `${remote.origin}/held/x.git${index % 2 === 0 ? '' : '/'}`;
  const running = Array.from({ length: 100 }, (_, index) => add(server, `n${index}`, url(index)));
  // Those of one url share a fetch, so the remote sees two and the server a connection of each.
  while (remote.requests.length < 2 || (await descriptors()) < before + 100) await setTimeout(20);
  await fetch(`${server.url}/healthz`);
  const stopped = server.stop();
  await setTimeout(500);
  open();
  const statuses = (await Promise.all(running)).map(({ status }) => status);
  t.deepEqual(
    statuses.filter((status) => status !== 200),
    [],
  );
  t.is((await stopped).exitCode, 0);
});

test.serial(
  'a server that is told to stop while a fetch hangs ends within ten seconds',
  async (t) => {
    const { remote, server } = await startedForLong(t);
    const waiting = add(server, 'x', `${remote.origin}/hang/x.git`);
    await remote.nextRequest();
    const begin = performance.now();
    t.is((await server.stop()).exitCode, 0);
    t.true(performance.now() - begin < 10_000);
    t.is((await waiting).status, 503);
  },
);

/** Longer than any sign of life may be late, and than an add may take here. */
const stoppedSeconds = everyVariant ? 60 : 12;

test.serial('a server that is stopped for a while goes on as if nothing had been', async (t) => {
  const env = { FETCH_TIMEOUT_SECONDS: '10' };
  const refusals = await underLoad(t, env, async ({ server }) => {
    sendSignal(server, 'SIGSTOP');
    await setTimeout(stoppedSeconds * 1000);
    sendSignal(server, 'SIGCONT');
    await setTimeout(2000);
  });
  // The time that an add may take went on meanwhile, and was over.
  t.deepEqual(
    refusals.filter((each) => each !== '500 /problems/timeout'),
    [],
  );
});

test.serial(
  'a server without descriptors says so, and is well when there are some again',
  async (t) => {
    const refusals = await underLoad(t, {}, async ({ server }) => {
      const limit = async (descriptors: number) =>
        execa('prlimit', ['--pid', String(runningPid(server)), `--nofile=${descriptors}:`]);
      const open = (await readdir(`/proc/${server.pid}/fd`)).length;
      for (const more of [12, 6, 3, 0]) {
        await limit(open + more);
        await setTimeout(1000);
      }
      await limit(1024);
    });
    t.deepEqual(
      refusals.filter((each) => !/internal|store_unavailable|busy/.test(each)),
      [],
    );
  },
);
