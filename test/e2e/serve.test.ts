import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import { leftOver, processesWithArgument } from '../kit/processes.ts';
import { startProgram } from '../kit/program.ts';
import { add, startedApp } from '../kit/running-server.ts';

const historySchema = z.object({
  name: z.string(),
  url: z.string(),
  commits: z.array(z.record(z.string(), z.unknown())),
});

test('a repository is added by POST and read as JSON, page and metrics', async (t) => {
  const { remote, server, repository, tmp } = await startedApp(t);
  const tip = await repository.linear(150);
  const url = `${remote.origin}/x.git`;
  const added = await add(server, 'x', url);
  t.is(added.status, 200);
  t.deepEqual(await added.json(), { name: 'x', url, commits: 150, tip });

  const history = historySchema.parse(await (await fetch(`${server.url}/json/x`)).json());
  t.like(history, { name: 'x', url });
  t.is(history.commits.length, 150);
  t.is(history.commits[0]?.['sha'], tip);
  t.deepEqual(Object.keys(history.commits[0] ?? {}).slice(0, 4), [
    'hash',
    'author',
    'date',
    'message',
  ]);
  const page = await (await fetch(`${server.url}/list/x`)).text();
  t.is(page.match(/data-sha=/g)?.length, 100);
  t.regex(await (await fetch(server.url)).text(), /href="\/list\/x"/);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  t.regex(
    metrics,
    /request_count_total\{.*endpoint="\/add\/\{projectname\}",http_status="200"\} 1/,
  );
  t.is((await fetch(`${server.url}/nowhere`)).status, 404);

  const { exitCode, stderr } = await server.stop();
  t.is(exitCode, 0);
  t.regex(
    stderr,
    /^Listening on http:\/\/127\.0\.0\.1:\d+\nTry: curl [^\n]+\n(?:Waiting [^\n]+\n)?$/,
  );
  t.deepEqual(await readdir(tmp), []);
});

test('every line of the log is JSON, one for each request, with the id that the answer carries', async (t) => {
  const { server } = await startedApp(t);
  const { headers } = await fetch(`${server.url}/list/nobody`);
  await server.stop();
  const lines = server.log().trim().split('\n');
  for (const line of lines) t.notThrows(() => void JSON.parse(line), line);
  const id = headers.get('x-request-id') ?? '?';
  const mine = lines.filter((line) => line.includes(id));
  t.is(mine.length, 1);
});

test('a failed add names its outcome and leaves nothing behind', async (t) => {
  const { data, remote, server } = await startedApp(t);
  const answer = await add(server, 'gone', `${remote.origin}/missing.git`);
  t.is(answer.status, 500);
  t.like(await answer.json(), { type: '/problems/not_found', outcome: 'not_found' });
  t.is((await fetch(`${server.url}/json/gone`)).status, 404);
  t.deepEqual(await readdir(join(data, 'mirrors')), []);
  t.deepEqual(await readdir(join(data, 'tmp')), []);
});

test('a fetch that takes too long ends in time, and a client that goes away ends its fetch', async (t) => {
  const { remote, server } = await startedApp(t, { FETCH_TIMEOUT_SECONDS: '1' });
  const late = await add(server, 'late', `${remote.origin}/hang/x.git`);
  t.is(late.status, 500);
  t.like(await late.json(), { outcome: 'timeout' });

  const patient = await startedApp(t);
  const client = new AbortController();
  const adding = fetch(`${patient.server.url}/add/x`, {
    method: 'POST',
    body: `${patient.remote.origin}/hang/x.git`,
    signal: client.signal,
  });
  const request = await patient.remote.nextRequest();
  client.abort();
  await t.throwsAsync(adding);
  await request.ended;
  t.deepEqual(await leftOver(() => processesWithArgument(patient.remote.origin)), []);
});

test('what was added is there after a restart, and what nobody knows of is not', async (t) => {
  const { data, remote, server, repository } = await startedApp(t);
  const tip = await repository.linear(150);
  await add(server, 'x', `${remote.origin}/x.git`);
  await add(server, 'gone', `${remote.origin}/x.git/`);
  const before = await (await fetch(`${server.url}/json/x`)).text();
  await fetch(`${server.url}/api/v1/projects/gone`, { method: 'DELETE' });
  await server.stop();
  t.deepEqual((await readdir(data)).toSorted(), [
    'gitmon.db',
    'gitmon.db-lock',
    'lock',
    'mirrors',
    'tmp',
  ]);
  await mkdir(join(data, 'mirrors', 'stray.git'));
  await mkdir(join(data, 'tmp', 'half'));

  const again = await startProgram({ DATA_DIR: data });
  t.teardown(() => again.stop('SIGKILL'));
  t.is(await (await fetch(`${again.url}/json/x`)).text(), before);
  t.is((await fetch(`${again.url}/json/gone`)).status, 404);
  t.is((await readdir(join(data, 'mirrors'))).length, 1);
  t.deepEqual(await readdir(join(data, 'tmp')), []);
  const requests = remote.requests.length;
  t.like(await (await add(again, 'x', `${remote.origin}/x.git`)).json(), { commits: 150, tip });
  t.is(remote.requests.length, requests + 2, 'asked for its refs, and for nothing else');
});

test('on an address that others can reach, only public repositories and allowed networks are fetched', async (t) => {
  const { remote, server, repository } = await startedApp(t, { HOST: '0.0.0.0' });
  const tip = await repository.linear(2);
  const url = server.url.replace('0.0.0.0', '127.0.0.1');
  const refused = await add({ url }, 'x', `${remote.origin}/x.git`);
  t.is(refused.status, 500);
  t.like(await refused.json(), { outcome: 'blocked' });
  t.is(remote.requests.length, 0);

  const open = await startedApp(t, { HOST: '0.0.0.0', ALLOWED_NETWORKS: '127.0.0.0/8' });
  const openUrl = open.server.url.replace('0.0.0.0', '127.0.0.1');
  t.like(await (await add({ url: openUrl }, 'x', `${remote.origin}/x.git`)).json(), { tip });
});
