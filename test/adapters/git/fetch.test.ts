import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { publicAddresses } from '../../../adapters/egress/address-policy.ts';
import type { FetchFailure } from '../../../domain/index.ts';
import { createCertificate } from '../../kit/certificates.ts';
import { closedPort } from '../../kit/closed-port.ts';
import { startGitRemote } from '../../kit/git-remote.ts';
import { startGitServer } from '../../kit/git-server.ts';
import { git } from '../../kit/git.ts';
import { startHttpsGitServer } from '../../kit/https-git-server.ts';
import { createRepository } from '../../kit/repository.ts';
import {
  addManyRefs,
  detachedRepository,
  headlessRepository,
  shallowRepository,
  withholdingRepository,
} from '../../kit/special-repositories.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { startGit, type TestGit } from '../../kit/git-fixture.ts';

/** A server with one repository of three commits, and the git adapter. */
async function startGoodRemote(t: ExecutionContext) {
  const { root, server } = await startGitRemote(t);
  const repository = await createRepository(join(root, 'good.git'));
  const tip = await repository.linear(3);
  return { root, server, repository, tip, testGit: await startGit(t) };
}

async function fails(
  t: ExecutionContext,
  { port, left }: TestGit,
  url: string,
  outcome: FetchFailure,
): Promise<void> {
  const fetched = await port.fetch({ url });
  t.is(fetched.outcome, outcome, `${url}: ${JSON.stringify(fetched)}`);
  t.deepEqual(await left(), []);
}

test('a repository is fetched without trees and blobs, and its mirror stays', async (t) => {
  const { server, tip, testGit } = await startGoodRemote(t);
  const url = `${server.origin}/good.git`;
  const fetched = await testGit.port.fetch({ url });
  t.like(fetched, { outcome: 'ok', tip, defaultBranch: 'main', filter: 'tree:0' });
  const commits = await testGit.commits(url, tip);
  t.is(commits.length, 3);
  t.is(commits[0]?.sha, tip);
  const [mirror = ''] = await readdir(join(testGit.directory, 'mirrors'));
  const objects = await git(join(testGit.directory, 'mirrors', mirror), [
    'cat-file',
    '--batch-all-objects',
    '--batch-check=%(objecttype)',
  ]);
  t.is(objects, 'commit\ncommit\ncommit');
  t.deepEqual(await testGit.left(), []);
});

test('fetching again brings the history as it is now, and forgetting removes the mirror', async (t) => {
  const { server, repository, tip, testGit } = await startGoodRemote(t);
  const url = `${server.origin}/good.git`;
  await testGit.port.fetch({ url });
  const next = await repository.commit({ parents: [tip] });
  await repository.branch('main', next);
  t.like(await testGit.port.fetch({ url }), { outcome: 'ok', tip: next });
  t.is((await testGit.commits(url, next)).length, 4);
  await testGit.port.forget(url);
  await t.throwsAsync(testGit.commits(url, next));
});

test('an empty repository is a success without commits', async (t) => {
  const { root, server } = await startGitRemote(t);
  await createRepository(join(root, 'empty.git'));
  await createRepository(join(root, 'empty256.git'), { objectFormat: 'sha256' });
  const { port, left } = await startGit(t);
  for (const name of ['empty.git', 'empty256.git', 'protocol-v0/empty.git']) {
    t.like(
      await port.fetch({ url: `${server.origin}/${name}` }),
      { outcome: 'ok', tip: null, defaultBranch: null },
      name,
    );
  }
  t.deepEqual(await left(), []);
});

test('a detached HEAD has a history and no branch', async (t) => {
  const { root, server } = await startGitRemote(t);
  const { head } = await detachedRepository(join(root, 'x.git'));
  const { port, commits } = await startGit(t);
  const url = `${server.origin}/x.git`;
  t.like(await port.fetch({ url }), { outcome: 'ok', tip: head, defaultBranch: null });
  t.is((await commits(url, head)).length, 4);
});

test('where HEAD names a branch that does not exist, the first branch that does is read', async (t) => {
  const { root, server } = await startGitRemote(t);
  const { tips } = await headlessRepository(join(root, 'x.git'), ['zeta', 'alpha']);
  await headlessRepository(join(root, 'none.git'), []);
  const { port } = await startGit(t);
  for (const path of ['x.git', 'protocol-v0/x.git']) {
    t.like(
      await port.fetch({ url: `${server.origin}/${path}` }),
      { outcome: 'ok', tip: tips.get('alpha'), defaultBranch: 'alpha' },
      path,
    );
  }
  t.like(await port.fetch({ url: `${server.origin}/none.git` }), { outcome: 'ok', tip: null });
});

test('a sha256 repository is read like any other', async (t) => {
  const { root, server } = await startGitRemote(t);
  const repository = await createRepository(join(root, 'x.git'), { objectFormat: 'sha256' });
  const tip = await repository.linear(5);
  const { port, commits } = await startGit(t);
  for (const path of ['x.git', 'protocol-v0/x.git']) {
    const url = `${server.origin}/${path}`;
    t.like(await port.fetch({ url }), { outcome: 'ok', tip, filter: 'tree:0' }, path);
    const [first] = await commits(url, tip);
    t.is(first?.sha, tip);
    t.is(first?.sha.length, 64);
  }
});

test('a server without filters sends everything, older protocols and dumb http work too', async (t) => {
  const { server, repository, tip, testGit } = await startGoodRemote(t);
  await git(repository.path, ['update-server-info']);
  for (const [path, filter] of [
    ['no-filter/good.git', 'none'],
    ['protocol-v0/good.git', 'tree:0'],
    ['protocol-v1/good.git', 'tree:0'],
    ['dumb/good.git', 'none'],
  ] as const) {
    const url = `${server.origin}/${path}`;
    t.like(await testGit.port.fetch({ url }), { outcome: 'ok', tip, filter }, path);
    t.is((await testGit.commits(url, tip)).length, 3, path);
  }
  t.deepEqual(await testGit.left(), []);
});

test('a shallow upstream gives the commits it has, with few processes and requests', async (t) => {
  const { root, server } = await startGitRemote(t);
  const { head } = await shallowRepository(join(root, 'x.git'), 5);
  const { port, commits, processesRun, left } = await startGit(t);
  const url = `${server.origin}/x.git`;
  t.like(await port.fetch({ url }), { outcome: 'ok', tip: head });
  t.is((await commits(url, head)).length, 5);
  t.true((await processesRun()) <= 6);
  t.true(server.requests.length <= 6);
  t.deepEqual(await left(), []);
});

test('a server that withholds a parent is no git server, and is not asked without end', async (t) => {
  const { root, server } = await startGitRemote(t);
  const { head } = await withholdingRepository(join(root, 'x.git'));
  const { port, commits, processesRun, left } = await startGit(t);
  const url = `${server.origin}/x.git`;
  const fetched = await port.fetch({ url });
  if (fetched.outcome === 'ok') {
    const error = await t.throwsAsync(commits(url, head));
    t.like(error, { name: 'DomainError', code: 'protocol' });
  } else {
    t.is(fetched.outcome, 'protocol');
  }
  t.true((await processesRun()) <= 6);
  t.true(server.requests.length <= 6);
  t.deepEqual(await left(), []);
});

test('twenty thousand refs cost no more than the few that are looked at', async (t) => {
  const { root, server, repository, tip, testGit } = await startGoodRemote(t);
  const fetchBytes = async (path: string) => {
    const fetched = await testGit.port.fetch({ url: `${server.origin}/${path}` });
    return fetched.outcome === 'ok' ? fetched.receivedBytes : Infinity;
  };
  const few = await fetchBytes('good.git');
  const many = await createRepository(join(root, 'many.git'));
  await git(root, ['--git-dir', many.path, 'fetch', '--quiet', repository.path, 'main:main']);
  await addManyRefs(many, 20_000, tip);
  await git(many.path, ['update-ref', 'refs/heads/main', tip]);
  t.true((await fetchBytes('many.git')) < few + 100_000);
});

test('a redirect is followed', async (t) => {
  const { server, tip, testGit } = await startGoodRemote(t);
  for (const code of [301, 302, 307]) {
    const url = `${server.origin}/redirect-${code}/good`;
    server.answers.set('good', ({ response }) => void response.writeHead(404).end());
    t.like(await testGit.port.fetch({ url }), { outcome: 'ok', tip }, String(code));
  }
});

test('what an HTTP status says decides the outcome', async (t) => {
  const { server, testGit } = await startGoodRemote(t);
  for (const [path, outcome] of [
    ['missing.git', 'not_found'],
    ['status-404/good.git', 'not_found'],
    ['status-401/good.git', 'auth'],
    ['status-403/good.git', 'auth'],
    ['status-429/good.git', 'unavailable'],
    ['status-503/good.git', 'unavailable'],
  ] as const) {
    await fails(t, testGit, `${server.origin}/${path}`, outcome);
  }
});

test('what is no git server, or stops being one half way, breaks the protocol', async (t) => {
  const { server, testGit } = await startGoodRemote(t);
  for (const fault of ['page', 'empty', 'half-pack', 'half-pack-ended', 'reset']) {
    await fails(t, testGit, `${server.origin}/${fault}/good.git`, 'protocol');
  }
});

test('a port where nobody listens, an unknown host and a refused address are told apart', async (t) => {
  const { server, testGit } = await startGoodRemote(t);
  const port = await closedPort(t);
  for (const scheme of ['http', 'https']) {
    await fails(t, testGit, `${scheme}://127.0.0.1:${port}/x.git`, 'connect');
    await fails(t, testGit, `${scheme}://host.invalid/x.git`, 'dns');
  }
  const guarded = await startGit(t, { policy: publicAddresses([]) });
  const before = server.requests.length;
  await fails(t, guarded, `${server.origin}/good.git`, 'blocked');
  await fails(t, guarded, `${server.origin.replace('http:', 'https:')}/good.git`, 'blocked');
  t.is(server.requests.length, before);
});

test('a redirect to a refused address is blocked', async (t) => {
  const { server, testGit } = await startGoodRemote(t);
  const other = await startGitServer(await temporaryDirectory(t));
  t.teardown(() => other.close());
  const guarded = await startGit(t, {
    policy: (address) => address === '127.0.0.1',
  });
  server.answers.set('away', ({ response }) => {
    response.writeHead(302, { location: `http://127.0.0.2:1/good.git/info/refs` }).end();
  });
  await fails(t, guarded, `${server.origin}/away/good.git`, 'blocked');
  t.like(await testGit.port.fetch({ url: `${server.origin}/good.git` }), { outcome: 'ok' });
});

test('https is trusted through the given authority and by no other', async (t) => {
  const root = await temporaryDirectory(t);
  const { server, caFile } = await startHttpsGitServer(root);
  t.teardown(() => server.close());
  const repository = await createRepository(join(root, 'good.git'));
  const tip = await repository.linear(3);
  const trusting = await startGit(t, { caFile });
  t.like(await trusting.port.fetch({ url: `${server.origin}/good.git` }), { outcome: 'ok', tip });
  await fails(t, trusting, `${server.origin}/missing.git`, 'not_found');
  await fails(t, trusting, `${server.origin}/page/good.git`, 'protocol');

  await fails(t, await startGit(t), `${server.origin}/good.git`, 'tls');
  const selfSigned = await startGitServer(root, await createCertificate());
  t.teardown(() => selfSigned.close());
  await fails(t, trusting, `${selfSigned.origin}/good.git`, 'tls');
});

test('a plain http port asked for https has no secure connection', async (t) => {
  const { server, testGit } = await startGoodRemote(t);
  await fails(t, testGit, `${server.origin.replace('http:', 'https:')}/good.git`, 'tls');
});

test('a remote that sends more than it may is cut off', async (t) => {
  const { root, server } = await startGitRemote(t);
  await (await createRepository(join(root, 'x.git'))).linear(2000);
  await fails(t, await startGit(t, { maxBytes: 20_000 }), `${server.origin}/x.git`, 'too_large');
});

test('a fetch of a remote that never answers ends with its signal, and nothing of it is left', async (t) => {
  const { server, testGit } = await startGoodRemote(t);
  for (const fault of ['hang', 'slow']) {
    const ended = new AbortController();
    const fetching = testGit.port.fetch({
      url: `${server.origin}/${fault}/good.git`,
      signal: ended.signal,
    });
    await server.nextRequest();
    const reason = new Error('nobody waits');
    ended.abort(reason);
    t.is(await t.throwsAsync(fetching), reason);
    t.deepEqual(await testGit.left(), []);
  }
});

test('progress is told while commits arrive', async (t) => {
  const { root, server } = await startGitRemote(t);
  await (await createRepository(join(root, 'x.git'))).linear(500);
  const { port } = await startGit(t);
  const seen: string[] = [];
  await port.fetch({
    url: `${server.origin}/x.git`,
    onProgress: ({ phase, percent }) => seen.push(`${phase} ${percent ?? ''}`),
  });
  t.true(seen.includes('receiving 100'));
});

test('the secret of the proxy is in no argument of any process', async (t) => {
  const { server, testGit } = await startGoodRemote(t);
  const ended = new AbortController();
  const fetching = testGit.port.fetch({
    url: `${server.origin}/hang/good.git`,
    signal: ended.signal,
  });
  await server.nextRequest();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  t.true(commands.some((command) => command.includes(`${server.origin}/hang/good.git`)));
  t.false(commands.some((command) => /\/\/[^/@]*@127\.0\.0\.1/.test(command)));
  ended.abort();
  await t.throwsAsync(fetching);
});

test('a branch whose name is longer than 255 characters is fetched, and its name is not told', async (t) => {
  const { root, server } = await startGitRemote(t);
  const { port } = await startGit(t);
  const [most, more] = [255, 256].map((length) => 'abcde/'.repeat(50).slice(0, length - 1) + 'x');
  for (const [branch = '', told = null] of [[most, most], [more]]) {
    const repository = await createRepository(join(root, `${branch.length}.git`));
    const tip = await repository.commit();
    await repository.branch(branch, tip);
    await repository.setHead(`refs/heads/${branch}`);
    const named = await port.fetch({ url: `${server.origin}/${branch.length}.git` });
    t.like(named, { outcome: 'ok', tip, defaultBranch: told });
    // HEAD names nothing, so that the branch is found in the list of all.
    await repository.setHead('refs/heads/gone');
    const listed = await port.fetch({ url: `${server.origin}/./${branch.length}.git` });
    t.like(listed, { outcome: 'ok', tip, defaultBranch: told });
  }
});
