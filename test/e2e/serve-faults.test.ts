import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { problemType, readyStatus } from './fault-answers.ts';
import { add, startedApp } from '../kit/running-server.ts';

test('a database that is moved away is not written to any more, and is again when it is back', async (t) => {
  const { data, remote, server, repository } = await startedApp(t);
  await repository.linear(3);
  const url = `${remote.origin}/x.git`;
  await add(server, 'x', url);
  t.is(await readyStatus(server), 200);

  const file = join(data, 'gitmon.db');
  await rename(file, `${file}.away`);
  t.is(await readyStatus(server), 503);
  const refused = await add(server, 'y', url);
  t.is(refused.status, 503);
  t.is(await problemType(refused), '/problems/store_unavailable');
  t.truthy(refused.headers.get('retry-after'));
  t.is((await fetch(`${server.url}/api/v1/projects/x`, { method: 'DELETE' })).status, 503);
  t.is((await fetch(`${server.url}/json/x`)).status, 200);
  t.is((await fetch(`${server.url}/list/y`)).status, 404);

  await rename(`${file}.away`, file);
  t.is(await readyStatus(server), 200);
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
  t.is(await problemType(refused), '/problems/store_unavailable');
  t.is(await readyStatus(server), 503);
  t.is((await fetch(`${server.url}/json/x`)).status, 200);
  t.is((await server.stop()).exitCode, 0);
});

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
  t.is(await readyStatus(server), 200);
});
