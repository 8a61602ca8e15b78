import { setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { everyVariant } from '../kit/counts.ts';
import { leftOver, processesWith, workersOf } from '../kit/processes.ts';
import { pretendedGitPath } from '../kit/pretended-git.ts';
import { program, type RunningServer } from '../kit/program.ts';
import { add, startedForLong } from '../kit/running-server.ts';
import type { ProcessIdentity } from '../kit/process-identity.ts';
import { runningPid, sendSignal } from '../kit/signal.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { readyStatus } from '../e2e/fault-answers.ts';
import { until } from '../kit/until.ts';

/** In milliseconds, and some for a busy machine to tell this process of it: most of these tests wait side by side. */
const tenSeconds = 15_000;

/** The process that runs git for a server with this data directory. */
async function workerOf(directory: string): Promise<ProcessIdentity> {
  const [worker] = await workersOf(directory);
  if (worker === undefined) throw new Error(`No git worker runs for ${directory}`);
  return worker;
}

function untilReadiness(server: RunningServer, status: number): Promise<void> {
  return until(async () => (await readyStatus(server)) === status);
}

async function metric({ url }: RunningServer, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

const restartsOf = (server: RunningServer) => metric(server, 'gitmon_git_worker_restarts_total');

test('a git worker that hangs is replaced, and readiness, metrics and log say so', async (t) => {
  const { data, remote, server, repository } = await startedForLong(t);
  await repository.linear(3);
  const url = `${remote.origin}/x.git`;
  t.is((await add(server, 'x', url)).status, 200);
  t.is(await metric(server, 'gitmon_git_worker_up'), 1);
  const hung = await workerOf(data);
  sendSignal(hung, 'SIGSTOP');
  const waiting = add(server, 'y', url);
  await untilReadiness(server, 503);
  t.is(await metric(server, 'gitmon_git_worker_up'), 0);
  const answer = await waiting;
  t.is(answer.status, 500);
  t.like(await answer.json(), { type: '/problems/internal' });
  await untilReadiness(server, 200);
  t.is((await add(server, 'y', url)).status, 200);
  t.notDeepEqual(await workerOf(data), hung);
  t.is(await restartsOf(server), 1);
  await server.stop();
  t.is(server.log().match(/has ended, and is started again/g)?.length, 1);
  t.regex(server.log(), /"level":50.*no sign for 10 seconds.*has ended, and is started again/);
});

test('a server that was stopped itself kills no git worker that is well', async (t) => {
  const { data, server } = await startedForLong(t);
  const worker = await workerOf(data);
  for (const seconds of everyVariant ? [12, 30] : [12]) {
    sendSignal(server, 'SIGSTOP');
    await setTimeout(seconds * 1000);
    sendSignal(server, 'SIGCONT');
    t.is(await readyStatus(server), 200);
    await setTimeout(3000);
  }
  t.deepEqual(await workerOf(data), worker);
  t.is(await restartsOf(server), 0);
});

test.serial('on a busy machine that gives it hardly a turn a git worker is let be', async (t) => {
  const { data, remote, server, repository } = await startedForLong(t, {
    FETCH_TIMEOUT_SECONDS: '600',
  });
  await repository.linear(20_000);
  const worker = await workerOf(data);
  setPriority(runningPid(worker), 19);
  const ending = new AbortController();
  const busy = Array.from({ length: 4 }, () =>
    execa('yes', { stdout: 'ignore', reject: false, cancelSignal: ending.signal }),
  );
  try {
    t.is((await add(server, 'x', `${remote.origin}/x.git`)).status, 200);
    await setTimeout(everyVariant ? 20_000 : 12_000);
  } finally {
    ending.abort();
    await Promise.all(busy);
  }
  t.deepEqual(await workerOf(data), worker);
  t.is(await restartsOf(server), 0);
});

for (const what of ['nothing else', 'an add']) {
  test(`a git worker that hangs keeps no server with ${what} from ending`, async (t) => {
    const { data, remote, server } = await startedForLong(t);
    const worker = await workerOf(data);
    let waiting: Promise<Response> | undefined;
    if (what === 'an add') {
      waiting = add(server, 'x', `${remote.origin}/hang/x.git`);
      await remote.nextRequest();
    }
    sendSignal(worker, 'SIGSTOP');
    const begin = performance.now();
    const { exitCode } = await server.stop();
    t.true(performance.now() - begin < tenSeconds);
    t.is(exitCode, 0);
    t.is((await waiting)?.status, waiting && 503);
    t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${data}`)), []);
  });
}

/** Has the program run a piece of code, in each of its threads, before all else. */
const planted = (code: string) => ({
  NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(code)}"`,
});

/** A file that whoever opens it to read waits for somebody to write to, in open(2). */
async function endlessFile(t: ExecutionContext): Promise<string> {
  const file = join(await temporaryDirectory(t), 'fifo');
  await execa('mkfifo', [file]);
  return file;
}

test('a disk that hangs under the store keeps no server from ending', async (t) => {
  const fifo = await endlessFile(t);
  const hang = `
    import { openSync } from 'node:fs';
    import { isMainThread, parentPort } from 'node:worker_threads';
    if (!isMainThread) parentPort.on('message', ({ method }) => {
      if (method === 'check') openSync(${JSON.stringify(fifo)});
    });`;
  const { server } = await startedForLong(t, planted(hang));
  const checking = fetch(`${server.url}/readyz`).catch(() => undefined);
  await setTimeout(500);
  const begin = performance.now();
  const { exitCode, signal, stderr } = await server.stop();
  t.true(performance.now() - begin < tenSeconds);
  t.deepEqual([exitCode, signal], [undefined, 'SIGKILL']);
  t.regex(stderr, /error: The server does not end by itself, since .* hangs\. It is killed\./);
  t.not((await checking)?.status, 200);
});

test('a server whose first thread hangs once it is told to end is killed', async (t) => {
  const fifo = await endlessFile(t);
  const hang = `
    import { openSync } from 'node:fs';
    process.on('SIGTERM', () => setTimeout(openSync, 100, ${JSON.stringify(fifo)}));`;
  const { data, server } = await startedForLong(t, planted(hang));
  const begin = performance.now();
  t.is((await server.stop()).signal, 'SIGKILL');
  t.true(performance.now() - begin < tenSeconds);
  t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${data}`)), []);
});

test('a server whose first thread hangs before it is told to end is killed', async (t) => {
  const fifo = await endlessFile(t);
  const hang = `
    import { openSync } from 'node:fs';
    import { isMainThread } from 'node:worker_threads';
    if (isMainThread) process.on('SIGUSR2', () => openSync(${JSON.stringify(fifo)}));`;
  const { data, server } = await startedForLong(t, planted(hang));
  sendSignal(server, 'SIGUSR2');
  const begin = performance.now();
  const { signal, stderr } = await server.stop();
  t.is(signal, 'SIGKILL');
  t.true(performance.now() - begin < tenSeconds);
  t.regex(stderr, /error: The main thread of the server hangs, .* It was killed\./);
  t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${data}`)), []);
});

test('a git that never answers ends a start after half a minute, with one line', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = await pretendedGitPath(directory, '#!/bin/sh\nexec sleep 600\n');
  const data = join(directory, 'data');
  const { exitCode, stderr } = await program(['serve'], {
    env: { PATH: path, PORT: '0', DATA_DIR: data },
  });
  t.is(exitCode, 1);
  t.is(stderr, 'error: git does not answer within 30 seconds; run git --version to see why.\n');
  t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${data}`)), []);
});
