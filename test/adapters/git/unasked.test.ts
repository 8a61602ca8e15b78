import { createHash } from 'node:crypto';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { startGitServer } from '../../kit/git-server.ts';
import { startHttpsGitServer } from '../../kit/https-git-server.ts';
import { commitBytes } from '../../kit/git-objects.ts';
import { createRepository } from '../../kit/repository.ts';
import { headOf, packedObject, packOf, smartRemote } from '../../kit/smart-remote.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { startGit } from '../../kit/git-fixture.ts';

/** One commit, and a remote whose pack of it is whole but comes with packs to be fetched from elsewhere. */
function withPackUris(packUris: readonly string[]) {
  const bytes = commitBytes({
    tree: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    parents: [],
    author: 'Ada Example <ada@example.com>',
    date: '1700000000 +0000',
    committer: 'Ada Example <ada@example.com>',
    committed: '1700000000 +0000',
    headers: [],
    message: 'One\n',
  });
  const sha = createHash('sha1').update(`commit ${bytes.length}\0`).update(bytes).digest('hex');
  const pack = () => [packOf([packedObject('commit', bytes)])];
  return { sha, answer: smartRemote({ refs: () => [headOf(sha)], pack, packUris }) };
}

async function startTwoServers(t: ExecutionContext, secure = false) {
  const root = await temporaryDirectory(t);
  const { server, caFile } = secure
    ? await startHttpsGitServer(root)
    : { server: await startGitServer(root), caFile: undefined };
  const other = await startGitServer(root);
  t.teardown(() => Promise.all([server.close(), other.close()]));
  const testGit = await startGit(t, caFile === undefined ? {} : { caFile });
  return { root, server, other, testGit };
}

test('packs that a remote names elsewhere, unasked, are not fetched, and nothing that came with them is kept', async (t) => {
  const { server, other, testGit } = await startTwoServers(t);
  const none = withPackUris([]);
  server.answers.set('none', none.answer);
  t.like(await testGit.port.fetch({ url: `${server.origin}/none/x.git` }), {
    outcome: 'ok',
    tip: none.sha,
  });

  for (const place of [`${other.origin}/pack-one`, `${server.origin}/pack-two`]) {
    server.answers.set('elsewhere', withPackUris([place, place]).answer);
    const url = `${server.origin}/elsewhere/x.git`;
    t.like(await testGit.port.fetch({ url }), { outcome: 'protocol' }, place);
    await t.throwsAsync(testGit.commits(url, none.sha));
  }
  t.deepEqual(other.requests, []);
  t.deepEqual(await testGit.left(), []);
});

test('a repository whose remote begins to name packs elsewhere keeps the history that it has', async (t) => {
  const { root, server, other, testGit } = await startTwoServers(t);
  const repository = await createRepository(join(root, 'x.git'));
  const tip = await repository.linear(3);
  const url = `${server.origin}/x.git`;
  t.like(await testGit.port.fetch({ url }), { outcome: 'ok', tip });
  server.answers.set('x.git', withPackUris([`${other.origin}/pack-one`]).answer);
  t.like(await testGit.port.fetch({ url }), { outcome: 'protocol' });
  t.is((await testGit.commits(url, tip)).length, 3);
  t.deepEqual(other.requests, []);

  server.answers.delete('x.git');
  const next = await repository.commit({ parents: [tip] });
  await repository.branch('main', next);
  t.like(await testGit.port.fetch({ url }), { outcome: 'ok', tip: next });
  t.is((await testGit.commits(url, next)).length, 4);
});

for (const secure of [false, true]) {
  test(`a switch to another protocol ends a fetch at once, over ${secure ? 'https' : 'http'}`, async (t) => {
    const { server, testGit } = await startTwoServers(t, secure);
    // The connection stays open, so that nothing but the status can end it before the test's limit.
    server.answers.set('odd', ({ request: { socket } }) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    });
    const url = `${server.origin}/odd/x.git`;
    t.like(await testGit.port.fetch({ url, signal: AbortSignal.timeout(60_000) }), {
      outcome: 'protocol',
    });
    t.deepEqual(await testGit.left(), []);
  });

  test(`informational answers without end end a fetch, over ${secure ? 'https' : 'http'}`, async (t) => {
    const { server, testGit } = await startTwoServers(t, secure);
    const informational = 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000);
    server.answers.set('hints', ({ request: { socket } }) => {
      const more = () => {
        if (socket.destroyed) return;
        if (socket.write(informational)) setImmediate(more);
        else socket.once('drain', more);
      };
      more();
    });
    const url = `${server.origin}/hints/x.git`;
    t.like(await testGit.port.fetch({ url, signal: AbortSignal.timeout(60_000) }), {
      outcome: 'protocol',
    });
    t.deepEqual(await testGit.left(), []);
  });
}
