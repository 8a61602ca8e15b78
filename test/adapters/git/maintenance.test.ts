import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { allowAllAddresses } from '../../../adapters/egress/address-policy.ts';
import { createEgress } from '../../../adapters/egress/proxy.ts';
import { fetchMirror } from '../../../adapters/git/fetch.ts';
import { openMirrors } from '../../../adapters/git/mirrors.ts';
import { createMaintenance } from '../../../adapters/git/maintenance.ts';
import { createMirrorLocks } from '../../../adapters/git/mirror-locks.ts';
import { serve } from '../../kit/git-backend.ts';
import { status } from '../../kit/git-faults.ts';
import { startGitServer } from '../../kit/git-server.ts';
import { pausedAnswer } from '../../kit/paused-answer.ts';
import { leftOver, processesWith } from '../../kit/processes.ts';
import { pretendedGit } from '../../kit/pretended-git.ts';
import { createRepository } from '../../kit/repository.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { startGit } from '../../kit/git-fixture.ts';

/** Leaves a trace, hangs or fails where its repository says so, and does nothing elsewhere. */
const script = '#!/bin/sh\ntouch ran\n[ -e hang ] && exec sleep 1000\n[ ! -e fail ]\n';

const [one, other] = ['https://a.example/x', 'https://b.example/x'] as const;

/** How long maintenance may take here, in milliseconds: longer than it takes to start the git that does nothing. */
const limit = 5000;

/** Two mirrors, and a git that only pretends to maintain them. */
async function createMaintained(t: ExecutionContext, program = script) {
  const directory = await temporaryDirectory(t);
  const git = await pretendedGit(directory, program);
  const mirrors = openMirrors(directory);
  const egress = createEgress({ policy: allowAllAddresses });
  const maintain = createMaintenance(
    { git, mirrors, egress, maxBytes: 1e6 },
    createMirrorLocks(),
    limit,
  );
  for (const url of [one, other]) {
    await mkdir(join(mirrors.path(url), 'objects', 'pack'), { recursive: true });
    await writeFile(join(mirrors.path(url), 'objects', 'pack', 'pack-1.pack'), '');
  }
  return { directory, git, mirrors, egress, maintain };
}

test('a git that never ends is ended, and the next mirror is maintained', async (t) => {
  const { directory, mirrors, maintain } = await createMaintained(t);
  await writeFile(join(mirrors.path(one), 'hang'), '');
  const hanging = maintain(one);
  t.deepEqual(await maintain(other), { outcome: 'nothing' });
  t.like(await hanging, { outcome: 'failed' });
  t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${directory}`)), []);
});

test('the time of maintenance is that of the work alone, without the wait for another mirror', async (t) => {
  const { mirrors, maintain } = await createMaintained(t);
  await writeFile(join(mirrors.path(one), 'hang'), '');
  await writeFile(join(mirrors.path(other), 'fail'), '');
  const packs = Array.from({ length: 51 }, (_, index) => `pack-${index}.pack`);
  for (const pack of packs) {
    await writeFile(join(mirrors.path(other), 'objects', 'pack', pack), '');
  }
  const begin = performance.now();
  const [, failed] = await Promise.all([maintain(one), maintain(other)]);
  const passed = (performance.now() - begin) / 1000;
  if (failed.outcome !== 'failed') return t.fail(failed.outcome);
  t.true(failed.seconds < passed - limit / 1000, `${failed.seconds} s of ${passed} s`);
});

test('once every git was ended no mirror is maintained any more', async (t) => {
  const { git, mirrors, maintain } = await createMaintained(t);
  const maintained = maintain(one);
  git.killAll();
  t.like(await maintained, { outcome: 'failed' });
  t.false((await readdir(mirrors.path(one))).includes('ran'));
});

test('calls for a mirror that wait for another one are done at once', async (t) => {
  const { mirrors, maintain } = await createMaintained(t, '#!/bin/sh\necho >> runs\n');
  await Promise.all([maintain(other), maintain(one), maintain(one), maintain(one)]);
  t.is((await readFile(join(mirrors.path(one), 'runs'), 'utf8')).length, 1);
});

test('a mirror is repacked where its packs, but for the largest, have more bytes than one fetch may', async (t) => {
  const { mirrors, maintain } = await createMaintained(t, '#!/bin/sh\n');
  const add = (name: string, bytes: number) =>
    writeFile(join(mirrors.path(one), 'objects', 'pack', `pack-${name}.pack`), Buffer.alloc(bytes));
  await add('largest', 5e6);
  await add('other', 600_000);
  t.deepEqual(await maintain(one), { outcome: 'nothing' });
  await add('another', 600_000);
  t.like(await maintain(one), { outcome: 'repacked' });
});

/** A mirror of many packs, and git, which cannot repack. */
async function startUnrepackable(t: ExecutionContext, packs: number) {
  const root = await temporaryDirectory(t);
  const server = await startGitServer(root);
  t.teardown(() => server.close());
  await (await createRepository(join(root, 'x.git'))).linear(10);
  const unableToRepack = `#!/bin/sh
case " $* " in *' repack '*) exit 128;; esac
PATH='${process.env['PATH']}' exec git "$@"
`;
  const { mirrors, egress, git, maintain } = await createMaintained(t, unableToRepack);
  t.teardown(() => egress.close());
  const url = `${server.origin}/x.git`;
  t.like(await fetchMirror({ git, mirrors, egress, maxBytes: 1e6 }, { url }), { outcome: 'ok' });
  const folder = join(mirrors.path(url), 'objects', 'pack');
  for (let number = 0; number < packs; number++) {
    await writeFile(join(folder, `pack-${number}.pack`), '');
  }
  return { server, maintain, url, folder };
}

test('a mirror that git cannot repack is fetched anew', async (t) => {
  const { maintain, url, folder } = await startUnrepackable(t, 60);
  t.like(await maintain(url), { outcome: 'repacked', fetched: { filter: 'tree:0' } });
  t.is((await readdir(folder)).filter((name) => name.endsWith('.pack')).length, 1);
});

test('a mirror that can be neither repacked nor fetched anew stays, until it has too much', async (t) => {
  const { server, maintain, url, folder } = await startUnrepackable(t, 60);
  server.answers.set('x.git', status(503));
  t.like(await maintain(url), { outcome: 'failed' });
  t.is((await readdir(folder)).filter((name) => name.endsWith('.pack')).length, 61);
  for (let number = 60; number < 110; number++) {
    await writeFile(join(folder, `pack-${number}.pack`), '');
  }
  t.like(await maintain(url), { outcome: 'failed' });
  t.false(existsSync(folder));
});

/**
 * A mirror that is maintained, most of which is of no use any more: a new one is being fetched, and its pack, which holds the history as it
 * is now, is still under way.
 */
async function startReplacing(t: ExecutionContext) {
  const root = await temporaryDirectory(t);
  const server = await startGitServer(root);
  t.teardown(() => server.close());
  const repository = await createRepository(join(root, 'x.git'));
  const testGit = await startGit(t);
  const { port, directory } = testGit;
  const url = `${server.origin}/at/x.git`;
  const mirror = openMirrors(directory).path(url);
  server.answers.set('at', serve());
  await repository.linear(10);
  await port.fetch({ url });
  const tip = await repository.commit();
  await repository.branch('main', tip);
  await port.fetch({ url });
  // Git takes no notice of a pack without an index.
  for (let number = 0; number < 51; number++) {
    await writeFile(join(mirror, 'objects', 'pack', `pack-${number}.pack`), '');
  }
  const pack = pausedAnswer();
  let requests = 0;
  // It is the third that asks for the pack, after what the server can do and which refs it has.
  server.answers.set('at', (exchange) =>
    ++requests === 3 ? pack.answer(exchange) : serve()(exchange),
  );
  const maintained = port.maintain(url);
  await pack.asked;
  const finish = async () => {
    pack.open();
    t.like(await maintained, { outcome: 'repacked', fetched: { filter: 'tree:0' } });
  };
  return { tip, url, mirror, testGit, finish };
}

test('a mirror most of which is of no use is replaced by a new one', async (t) => {
  const { tip, url, testGit, finish, mirror } = await startReplacing(t);
  const { ino } = await stat(mirror);
  await finish();
  t.not((await stat(mirror)).ino, ino);
  t.is((await testGit.commits(url, tip)).length, 1);
});

test('a mirror that is forgotten while it is maintained does not come back', async (t) => {
  const { url, mirror, testGit, finish } = await startReplacing(t);
  await testGit.port.forget(url);
  await finish();
  t.false(existsSync(mirror));
});
