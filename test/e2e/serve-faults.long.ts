import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { execa } from 'execa';
import { findProgram } from '../../adapters/git/check-git.ts';
import { problemType, readyStatus } from './fault-answers.ts';
import { workersOf } from '../kit/processes.ts';
import { built, type RunningServer } from '../kit/program.ts';
import { add, startedApp } from '../kit/running-server.ts';
import { runningPid, sendSignal } from '../kit/signal.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

test('a server whose log and notices nobody reads any more answers, and ends when it is told to', async (t) => {
  const data = join(await temporaryDirectory(t), 'data');
  const running = spawn('sh', ['-c', 'exec "$0" "$1" serve 2>&1', process.execPath, built], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: data },
  });
  t.teardown(() => running.kill('SIGKILL'));
  const ended = once(running, 'exit');
  let said = '';
  for await (const chunk of running.stdout.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (said.includes('Try:')) break;
  }
  running.stdout.pause();
  const [, url = ''] = /Listening on (\S+)/.exec(said) ?? [];
  // More lines than a pipe and what reads ahead of it hold.
  for (let count = 0; count < 1500; count++) t.is((await fetch(`${url}/nothing`)).status, 404);
  // Its end may set the flags of what it shares with the server.
  const [worker] = await workersOf(data);
  sendSignal(worker, 'SIGKILL');
  for (let count = 0; count < 500; count++) t.is((await fetch(`${url}/nothing`)).status, 404);
  running.kill('SIGTERM');
  t.deepEqual(await ended, [0, null]);
});

test('a git that is removed is a fault of the server, until it is back', async (t) => {
  const bin = await temporaryDirectory(t);
  for (const name of ['git', 'prlimit']) {
    await symlink(findProgram(name, process.env['PATH'] ?? '') ?? '', join(bin, name));
  }
  const { remote, server, repository } = await startedApp(t, { PATH: bin });
  await repository.linear(3);
  const url = `${remote.origin}/x.git`;
  for (const missing of ['git', 'prlimit']) {
    await rename(join(bin, missing), join(bin, 'away'));
    const failed = await add(server, 'x', url);
    t.is(failed.status, 500);
    t.is(await problemType(failed), '/problems/internal', missing);
    await rename(join(bin, 'away'), join(bin, missing));
    t.is((await add(server, 'x', url)).status, 200);
  }
});

test('where nothing can be written any more, what is there is read, and all works again afterwards', async (t) => {
  const { remote, server, repository } = await startedApp(t);
  await repository.linear(3);
  const url = `${remote.origin}/x.git`;
  await add(server, 'x', url);

  await limitFiles(server, 1);
  t.is(await readyStatus(server), 503);
  const refused = await add(server, 'y', url);
  t.true([500, 503].includes(refused.status), String(refused.status));
  t.is((await fetch(`${server.url}/api/v1/projects/x`, { method: 'DELETE' })).status, 503);
  t.is((await fetch(`${server.url}/json/x`)).status, 200);
  t.is((await fetch(server.url)).status, 200);
  t.is((await fetch(`${server.url}/healthz`)).status, 200);

  await limitFiles(server, 'unlimited');
  t.is(await readyStatus(server), 200);
  t.is((await add(server, 'y', url)).status, 200);
  t.is((await fetch(`${server.url}/api/v1/projects/x`, { method: 'DELETE' })).status, 204);
});

test('a log that cannot be written ends nothing, and does not keep the server from ending', async (t) => {
  const full = await open('/dev/full', 'w');
  const cli = fileURLToPath(new URL('../../cli.ts', import.meta.url));
  const running = spawn(process.execPath, [cli, 'serve'], {
    stdio: ['ignore', full.fd, 'pipe'],
    env: { ...process.env, PORT: '0', DATA_DIR: join(await temporaryDirectory(t), 'data') },
  });
  t.teardown(() => running.kill('SIGKILL'));
  const ended = once(running, 'exit');
  await full.close();
  if (running.stderr === null) throw new Error('stderr is no pipe');
  const said: unknown[] = await once(running.stderr, 'data');
  const [, url = ''] = /Listening on (\S+)/.exec(said.join('')) ?? [];
  for (let count = 0; count < 3; count++) t.is((await fetch(url)).status, 200);
  running.kill('SIGTERM');
  t.deepEqual(await ended, [0, null]);
});

/** No file of the program and what it starts may grow beyond so many bytes, as on a full disk. */
async function limitFiles(server: RunningServer, bytes: number | 'unlimited'): Promise<void> {
  await execa('prlimit', ['--pid', String(runningPid(server)), `--fsize=${bytes}:unlimited`]);
}
