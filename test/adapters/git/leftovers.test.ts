import { once } from 'node:events';
import { mkdir, readdir, readFile, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { allowAllAddresses } from '../../../adapters/egress/address-policy.ts';
import { createEgress } from '../../../adapters/egress/proxy.ts';
import { fetchMirror } from '../../../adapters/git/fetch.ts';
import { openMirrors } from '../../../adapters/git/mirrors.ts';
import { serve, type Answer } from '../../kit/git-backend.ts';
import { startGitRepository } from '../../kit/git-remote.ts';
import { pretendedGit } from '../../kit/pretended-git.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { startGit, type TestGitOptions } from '../../kit/git-fixture.ts';

/** A mirror of three commits, whose remote has thousands by now. */
async function startMirrored(t: ExecutionContext, options?: TestGitOptions) {
  const { server, repository } = await startGitRepository(t);
  await repository.linear(3);
  const { port, directory } = await startGit(t, options);
  const url = `${server.origin}/at/x.git`;
  server.answers.set('at', serve());
  t.like(await port.fetch({ url }), { outcome: 'ok' });
  const mirror = openMirrors(directory).path(url);
  await repository.linear(2000);
  return { server, port, url, mirror };
}

/** Every file and folder of a mirror. */
async function filesIn(mirror: string): Promise<readonly string[]> {
  return (await readdir(mirror, { recursive: true })).toSorted();
}

/** Waits for a file to be there whose name begins so. */
async function appears(directory: string, name: string): Promise<void> {
  for await (const { filename } of watch(directory)) if (filename?.startsWith(name)) return;
}

/** In which there is a whole packet of git's protocol, of 65,520 bytes at most: before it has one, git writes nothing. */
const beginning = 100_000;

/** Everything, but more than its beginning only once something has happened. */
function paused(happened: Promise<unknown>): Answer {
  return serve({
    through: async function* (body) {
      const whole = await buffer(body);
      yield whole.subarray(0, beginning);
      if (whole.length <= beginning) return;
      await happened;
      yield whole.subarray(beginning);
    },
  });
}

test('a mirror into which too much was sent holds what it held before', async (t) => {
  const { server, port, url, mirror } = await startMirrored(t, { maxBytes: 2 * beginning });
  const before = await filesIn(mirror);
  for (let time = 0; time < 2; time++) {
    server.answers.set('at', paused(appears(join(mirror, 'objects/pack'), 'tmp_pack_')));
    t.like(await port.fetch({ url }), { outcome: 'too_large' });
    t.deepEqual(await filesIn(mirror), before);
  }
});

test('a mirror into which a fetch was given up holds what it held before', async (t) => {
  const { server, port, url, mirror } = await startMirrored(t);
  const before = await filesIn(mirror);
  const ended = new AbortController();
  const begun = appears(join(mirror, 'objects/pack'), 'tmp_pack_');
  server.answers.set('at', paused(once(ended.signal, 'abort')));
  const fetching = port.fetch({ url, signal: ended.signal });
  await begun;
  const reason = new Error('nobody waits');
  ended.abort(reason);
  t.is(await t.throwsAsync(fetching), reason);
  t.deepEqual(await filesIn(mirror), before);
});

/** What a git that fetches may leave where it is killed. */
const ofFetch = [
  'config.lock',
  'objects/ab/c.temp',
  'objects/ab/tmp_obj_new',
  'objects/pack/pack-old.keep',
  'objects/pack/pack-new.idx',
  'objects/pack/pack-new.keep',
  'objects/pack/pack-new.pack',
  'objects/pack/pack-new.promisor',
  'objects/pack/pack-dumb.pack.temp',
  'objects/pack/tmp_pack_new',
  'refs/gitmon/tip.lock',
  'shallow.lock',
  'shallow_new',
];

/** What was there before: what a repack has in hand, and a pack whose objects a remote may send once more. */
const before = ['objects/pack/tmp_pack_old', 'objects/pack/pack-old.pack', 'shallow'];
/** What a repack that ends meanwhile brings, and what whoever writes the commit-graph has in hand. */
const meanwhile = [
  'objects/info/commit-graphs/commit-graph-chain.lock',
  'objects/info/commit-graphs/tmp_graph_new',
  'objects/pack/pack-repacked.pack',
];

test('of a git that was killed in a mirror all goes that it alone has made, and nothing of a repack', async (t) => {
  const directory = await temporaryDirectory(t);
  const script = `#!/bin/sh\ntouch ${[...ofFetch, ...meanwhile].join(' ')} ready\nexec sleep 1000\n`;
  const git = await pretendedGit(directory, script);
  const egress = createEgress({ policy: allowAllAddresses });
  t.teardown(() => egress.close());
  const mirrors = openMirrors(directory);
  const url = 'https://a.example/x';
  const mirror = mirrors.path(url);
  for (const folder of ['ab', 'pack', 'info/commit-graphs']) {
    await mkdir(join(mirror, 'objects', folder), { recursive: true });
  }
  await mkdir(join(mirror, 'refs/gitmon'), { recursive: true });
  // The first time everything goes that looks like a leftover.
  await mirrors.open(url);
  for (const name of before) await writeFile(join(mirror, name), '');

  const ended = new AbortController();
  const begun = appears(mirror, 'ready');
  const tools = { git, mirrors, egress, maxBytes: 1e6 };
  const fetching = fetchMirror(tools, { url, signal: ended.signal });
  await mirrors.repack(url, () => begun);
  ended.abort();
  await t.throwsAsync(fetching);
  const left = await filesIn(mirror);
  t.deepEqual(
    ofFetch.filter((name) => left.includes(name)),
    [],
  );
  for (const name of [...before, ...meanwhile]) t.true(left.includes(name), name);
});

test('of a fetch whose history is refused nothing stays in a mirror, however often it is tried', async (t) => {
  const { port, url, mirror } = await startMirrored(t, { maxCommits: 100 });
  const first = await contents(mirror);
  for (let time = 0; time < 3; time++) {
    t.like(await port.fetch({ url }), { outcome: 'too_large', detail: 'more than 100 commits' });
    t.deepEqual(await contents(mirror), first);
  }
});

/** Every file of a mirror with what is in it; FETCH_HEAD is written by each fetch. */
async function contents(mirror: string): Promise<Readonly<Record<string, string>>> {
  const names = (await filesIn(mirror)).filter((name) => name !== 'FETCH_HEAD');
  const files = names.map(async (name) => {
    const content = await readFile(join(mirror, name), 'base64').catch(() => 'a folder');
    return [name, content] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}
