import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { pausedAnswer } from '../kit/paused-answer.ts';
import { leftOver, processesWithArgument } from '../kit/processes.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { add, startedApp } from '../kit/running-server.ts';
import { sendSignal } from '../kit/signal.ts';

// One after the other: a server that does not end in 9.6 seconds, for want of a processor too, is killed.
test.serial(
  'what still waits when the time is over is answered 503, and nothing is left',
  async (t) => {
    const { tmp, remote, server } = await startedApp(t);
    const waiting = add(server, 'x', `${remote.origin}/hang/x.git`);
    await remote.nextRequest();
    const ended = server.stop();
    await server.said(/once more to end them now/);
    t.is((await fetch(`${server.url}/readyz`)).status, 503);
    t.is((await fetch(`${server.url}/healthz`)).status, 200);
    t.is((await add(server, 'y', `${remote.origin}/x.git`)).status, 503);

    const answer = await waiting;
    t.is(answer.status, 503);
    t.like(await answer.json(), { type: '/problems/stopping' });
    t.is((await ended).exitCode, 0);
    t.deepEqual(await readdir(tmp), []);
    t.deepEqual(await leftOver(() => processesWithArgument(remote.origin)), []);
  },
);

test.serial(
  'a refresh that hangs while nobody waits for it does not hold up the end',
  async (t) => {
    const { tmp, remote, server } = await startedApp(t, async ({ origin }) => {
      const file = join(await temporaryDirectory(t), 'projects');
      await writeFile(file, `x ${origin}/hang/x.git\n`);
      return { PROJECTS_FILE: file };
    });
    if (remote.requests.length === 0) await remote.nextRequest();
    // It would be killed after 9.6 seconds.
    t.is((await server.stop()).exitCode, 0);
    t.deepEqual(await readdir(tmp), []);
    t.deepEqual(await leftOver(() => processesWithArgument(remote.origin)), []);
  },
);

test.serial('a fetch that can still end in time is answered as ever', async (t) => {
  const { remote, server, repository } = await startedApp(t);
  const tip = await repository.linear(2);
  const { answer: late, asked, open } = pausedAnswer();
  remote.answers.set('held', late);
  const waiting = add(server, 'x', `${remote.origin}/held/x.git`);
  await asked;
  const ended = server.stop();
  // Twice at once is how npm passes a Ctrl-C on: that hurries nothing.
  void server.stop();
  await server.said(/once more to end them now/);
  open();
  const answer = await waiting;
  t.is(answer.status, 200);
  t.like(await answer.json(), { tip });
  t.is((await ended).exitCode, 0);
});

test.serial('so is a form, and one whose fetch takes longer leads to its job', async (t) => {
  const { remote, server, repository } = await startedApp(t);
  await repository.linear(2);
  const { answer: late, asked, open } = pausedAnswer();
  remote.answers.set('held', late);
  const send = (name: string, path: string) =>
    fetch(`${server.url}/add`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ name, url: `${remote.origin}/${path}/x.git` }),
    });
  const waiting = send('x', 'held');
  await asked;
  const arrived = remote.nextRequest();
  const hanging = send('y', 'hang');
  await arrived;
  const ended = server.stop();
  await server.said(/once more to end them now/);
  open();
  const [answer, other] = await Promise.all([waiting, hanging]);
  t.is(answer.status, 303);
  // A busy machine may take longer for it than a form waits.
  t.regex(answer.headers.get('location') ?? '', /^\/(?:list\/x$|adding\/)/);
  t.is(other.status, 303);
  t.regex(other.headers.get('location') ?? '', /^\/adding\//);
  t.is((await ended).exitCode, 0);
});

test.serial(
  'a server that waits for a request says so, and ends it when it is told to stop once more',
  async (t) => {
    const { tmp, remote, server } = await startedApp(t);
    const answered = add(server, 'x', `${remote.origin}/hang/x.git`)
      .catch(() => undefined)
      .then(() => performance.now());
    await remote.nextRequest();
    const begin = performance.now();
    const stopping = server.stop('SIGINT');
    await server.said(/once more to end them now/);
    // Sooner than a second after the first it would count as the same signal.
    await setTimeout(1100);
    const { exitCode } = await server.stop('SIGINT');
    t.is(exitCode, 0);
    await stopping;
    // Within the eight seconds that it would have waited otherwise.
    t.true((await answered) - begin < 7900);
    t.deepEqual(await readdir(tmp), []);
    t.deepEqual(await leftOver(() => processesWithArgument(remote.origin)), []);
  },
);

test.serial(
  'signals that are for others open no debugger, and do not end the server',
  async (t) => {
    const { server } = await startedApp(t);
    for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) sendSignal(server, signal);
    t.is((await fetch(`${server.url}/healthz`)).status, 200);
    const { exitCode, stderr } = await server.stop();
    t.is(exitCode, 0);
    t.notRegex(stderr, /Debugger listening/);
  },
);

test.serial('a terminal that closes ends the server, and nothing is left', async (t) => {
  const { tmp, server } = await startedApp(t);
  const { exitCode } = await server.stop('SIGHUP');
  t.is(exitCode, 0);
  t.deepEqual(await readdir(tmp), []);
});

test.serial(
  'an error that nobody caught is logged and ends the program with 1, and its git with it',
  async (t) => {
    const fault = `process.on('SIGUSR2', () => { throw new Error('planted') })`;
    const { tmp, remote, server } = await startedApp(t, {
      NODE_OPTIONS: `--import="data:text/javascript,${encodeURIComponent(fault)}"`,
    });
    const waiting = add(server, 'x', `${remote.origin}/hang/x.git`).catch(() => undefined);
    await remote.nextRequest();
    const { exitCode } = await server.stop('SIGUSR2');
    t.is(exitCode, 1);
    await waiting;
    t.regex(server.log(), /"level":60.*planted.*ended by a fault of the program/);
    t.deepEqual(await readdir(tmp), []);
    t.deepEqual(await leftOver(() => processesWithArgument(remote.origin)), []);
  },
);
