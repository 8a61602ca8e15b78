import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { execa } from 'execa';
import { z } from 'zod';
import { findProgram } from '../../adapters/git/check-git.ts';
import { type RunningServer } from '../kit/program.ts';
import { add, startedApp } from '../kit/running-server.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

const problem = z.object({ type: z.string(), detail: z.string() });

async function typeOf(answer: Response): Promise<string> {
  return problem.parse(await answer.json()).type;
}

const ready = async ({ url }: RunningServer) => (await fetch(`${url}/readyz`)).status;

test('a database that is moved away is not written to any more, and is again when it is back', async (t) => {
  const { data, remote, server, repository } = await startedApp(t);
  await repository.linear(3);
  const url = `${remote.origin}/x.git`;
  await add(server, 'x', url);
  t.is(await ready(server), 200);

  const file = join(data, 'gitmon.db');
  await rename(file, `${file}.away`);
  t.is(await ready(server), 503);
  const refused = await add(server, 'y', url);
  t.is(refused.status, 503);
  t.is(await typeOf(refused), '/problems/store_unavailable');
  t.truthy(refused.headers.get('retry-after'));
  t.is((await fetch(`${server.url}/api/v1/projects/x`, { method: 'DELETE' })).status, 503);
  t.is((await fetch(`${server.url}/json/x`)).status, 200);
  t.is((await fetch(`${server.url}/list/y`)).status, 404);

  await rename(`${file}.away`, file);
  t.is(await ready(server), 200);
  t.is((await add(server, 'y', url)).status, 200);
  await server.stop();
  t.regex(server.log(), /"level":50.*the file is another one than was opened|"level":50.*ENOENT/);
});

test('a data directory that is removed is said to be missing, and what is known is read', async (t) => {
  const { data, remote, server, repository } = await startedApp(t);
  await repository.linear(3);
  const url = `${remote.origin}/x.git`;
  await add(server, 'x', url);
  await rm(data, { recursive: true });
  const refused = await add(server, 'y', url);
  t.is(refused.status, 503);
  t.is(await typeOf(refused), '/problems/store_unavailable');
  t.is(await ready(server), 503);
  t.is((await fetch(`${server.url}/json/x`)).status, 200);
  t.is((await server.stop()).exitCode, 0);
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
    t.is(await typeOf(failed), '/problems/internal', missing);
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
  t.is(await ready(server), 503);
  const refused = await add(server, 'y', url);
  t.true([500, 503].includes(refused.status), String(refused.status));
  t.is((await fetch(`${server.url}/api/v1/projects/x`, { method: 'DELETE' })).status, 503);
  t.is((await fetch(`${server.url}/json/x`)).status, 200);
  t.is((await fetch(server.url)).status, 200);
  t.is((await fetch(`${server.url}/healthz`)).status, 200);

  await limitFiles(server, 'unlimited');
  t.is(await ready(server), 200);
  t.is((await add(server, 'y', url)).status, 200);
  t.is((await fetch(`${server.url}/api/v1/projects/x`, { method: 'DELETE' })).status, 204);
});

/** No file of the program and what it starts may grow beyond so many bytes, as on a full disk. */
async function limitFiles({ pid }: RunningServer, bytes: number | 'unlimited'): Promise<void> {
  await execa('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

test('where the disk is almost full nothing is added, and the answer says why', async (t) => {
  const { remote, server, repository } = await startedApp(t, {
    MIN_FREE_DISK_BYTES: String(Number.MAX_SAFE_INTEGER),
  });
  await repository.linear(2);
  const url = `${remote.origin}/x.git`;
  const later = { prefer: 'respond-async' };
  const put = { method: 'PUT', body: JSON.stringify({ url }) };
  for (const [path, init] of [
    ['/add/x', { method: 'POST', body: url }],
    ['/add/x', { method: 'POST', body: url, headers: later }],
    ['/api/v1/projects/x', put],
    ['/api/v1/projects/x', { ...put, headers: later }],
  ] as const) {
    const refused = await fetch(server.url + path, init);
    t.is(refused.status, 503, path);
    t.truthy(refused.headers.get('retry-after'));
    t.like(await refused.json(), { type: '/problems/no_room', title: 'Disk almost full' });
  }
  t.is(remote.requests.length, 0);
  t.is(await ready(server), 200);
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
