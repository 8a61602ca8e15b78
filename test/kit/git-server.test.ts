import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import test from 'ava';
import { fetchHead } from './fetch-head.ts';
import { startGitServer } from './git-server.ts';
import { pausedAnswer } from './paused-answer.ts';
import { leftOver, processesWith } from './processes.ts';
import { createRepository } from './repository.ts';
import { startGitRemote, type Serving } from './git-remote.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('commits alone are fetched by three requests, and everything where it is asked for', async (t) => {
  const { root, server, fetch } = await startGitRemote(t);
  const tip = await (await createRepository(join(root, 'x.git'))).linear(50);
  const { commits, types } = await fetch('x.git');
  t.is(commits[0], tip);
  t.is(commits.length, 50);
  t.deepEqual(types, ['commit']);
  t.deepEqual(
    server.requests.map(({ method, path, status }) => `${method} ${path} ${status}`),
    [
      'GET /x.git/info/refs?service=git-upload-pack 200',
      'POST /x.git/git-upload-pack 200',
      'POST /x.git/git-upload-pack 200',
    ],
  );
  t.is(server.requests[0]?.headers['git-protocol'], 'version=2');
  t.deepEqual((await fetch('x.git', { whole: true })).types, ['blob', 'commit', 'tree']);
});

test('the bytes sent are counted, each request apart', async (t) => {
  const { root, server } = await startGitRemote(t);
  await (await createRepository(join(root, 'x.git'))).linear(50);
  for (const path of ['x.git/HEAD', 'x.git/objects/info/packs', 'status-404/x.git', 'page/x.git']) {
    const body = await (await fetch(`${server.origin}/${path}`)).bytes();
    const record = server.requests.at(-1);
    await record?.ended;
    const head = (record?.bytesSent ?? 0) - body.length;
    t.true(head > 50 && head < 500, `${path}: ${head} bytes beside the ${body.length} of the body`);
  }
});

test('a client with a long history of its own sends its haves compressed', async (t) => {
  const { root, server } = await startGitRemote(t);
  const tip = await (await createRepository(join(root, 'x.git'))).linear(50);
  const client = await createRepository(join(await temporaryDirectory(t), 'client.git'));
  await client.linear(60);
  const { commits } = await fetchHead(client.path, `${server.origin}/x.git`);
  t.is(commits[0], tip);
  t.is(commits.length, 50);
  t.true(server.requests.some(({ headers }) => headers['content-encoding'] === 'gzip'));
});

test('an answer that fails does not look like one of git', async (t) => {
  const { server } = await startGitRemote(t);
  server.answers.set('broken', () => {
    throw new Error('out of order');
  });
  const response = await fetch(`${server.origin}/broken/x.git`);
  t.is(response.status, 500);
  t.regex(await response.text(), /out of order/);
});

test('an answer that is kept back for good does not keep the server from closing', async (t) => {
  const server = await startGitServer(await temporaryDirectory(t));
  const gate = pausedAnswer();
  server.answers.set('gate', gate.answer);
  const asking = fetch(`${server.origin}/gate/x.git`);
  await gate.asked;
  const closing = server.close(50);
  await t.throwsAsync(asking);
  await t.throwsAsync(closing, { message: /does not end without its connection/ });
});

/** Begins a fetch of more than all the buffers on the way can hold, and reads nothing of it. */
async function unreadFetch({ root, server }: Pick<Serving, 'root' | 'server'>) {
  const repository = await createRepository(join(root, 'x.git'));
  const big = await repository.raw(randomBytes(8_000_000), 'blob');
  const arrived = server.nextRequest();
  const client = request(`${server.origin}/x.git/git-upload-pack`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-git-upload-pack-request',
      'git-protocol': 'version=2',
    },
  });
  client.end(`0012command=fetch\n00010032want ${big}\n0009done\n0000`);
  await once(client, 'response');
  return { client, record: await arrived };
}

test("git's process on the server ends with its client", async (t) => {
  const served = await startGitRemote(t);
  const { client, record } = await unreadFetch(served);
  t.not((await processesWith(served.root)).length, 0);
  client.destroy();
  await record.ended;
  t.deepEqual(await leftOver(() => processesWith(served.root)), []);
});

test('closing the server ends connections and processes', async (t) => {
  const root = await temporaryDirectory(t);
  const server = await startGitServer(root);
  const { client } = await unreadFetch({ root, server });
  t.not((await processesWith(root)).length, 0);
  const closed = once(client, 'close');
  await server.close();
  await closed;
  t.deepEqual(await leftOver(() => processesWith(root)), []);
  await t.throwsAsync(fetch(server.origin));
});
