import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { everyAddress } from '../../../adapters/egress/address-policy.ts';
import { createEgress } from '../../../adapters/egress/proxy.ts';
import { openMirrors } from '../../../adapters/git/mirrors.ts';
import { createTending } from '../../../adapters/git/tend.ts';
import { createUses } from '../../../adapters/git/uses.ts';
import { serve } from '../../helpers/git-backend.ts';
import { startGitServer } from '../../helpers/git-server.ts';
import { held } from '../../helpers/held.ts';
import { leftOver, processesWith } from '../../helpers/processes.ts';
import { pretendedGit } from '../../helpers/pretended-git.ts';
import { createRepository } from '../../helpers/repository.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { startGit } from '../../helpers/workshop.ts';

/** Leaves a trace, hangs or fails where its repository says so, and does nothing elsewhere. */
const script = '#!/bin/sh\ntouch ran\n[ -e hang ] && exec sleep 1000\n[ ! -e fail ]\n';

const [one, other] = ['https://a.example/x', 'https://b.example/x'] as const;

/** How long tending may take here, in milliseconds: longer than it takes to start the git that does nothing. */
const limit = 5000;

/** Two mirrors, and a git that only pretends to tend them. */
async function start(t: ExecutionContext) {
  const directory = await temporaryDirectory(t);
  const git = await pretendedGit(directory, script);
  const mirrors = openMirrors(directory);
  const egress = createEgress({ policy: everyAddress });
  const tend = createTending({ git, mirrors, egress, maxBytes: 1e6 }, createUses(), limit);
  for (const url of [one, other]) {
    await mkdir(join(mirrors.path(url), 'objects', 'pack'), { recursive: true });
    await writeFile(join(mirrors.path(url), 'objects', 'pack', 'pack-1.pack'), '');
  }
  return { directory, git, mirrors, tend };
}

test('a git that never ends is ended, and the next mirror is tended', async (t) => {
  const { directory, mirrors, tend } = await start(t);
  await writeFile(join(mirrors.path(one), 'hang'), '');
  const hanging = tend(one);
  t.deepEqual(await tend(other), { outcome: 'nothing' });
  t.like(await hanging, { outcome: 'failed' });
  t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${directory}`)), []);
});

test('the time of tending is that of the work alone, without the wait for another mirror', async (t) => {
  const { mirrors, tend } = await start(t);
  await writeFile(join(mirrors.path(one), 'hang'), '');
  await writeFile(join(mirrors.path(other), 'fail'), '');
  const packs = Array.from({ length: 51 }, (_, index) => `pack-${index}.pack`);
  for (const pack of packs) {
    await writeFile(join(mirrors.path(other), 'objects', 'pack', pack), '');
  }
  const begin = performance.now();
  const [, failed] = await Promise.all([tend(one), tend(other)]);
  const passed = (performance.now() - begin) / 1000;
  if (failed.outcome !== 'failed') return t.fail(failed.outcome);
  t.true(failed.seconds < passed - limit / 1000, `${failed.seconds} s of ${passed} s`);
});

test('once every git was ended no mirror is tended any more', async (t) => {
  const { git, mirrors, tend } = await start(t);
  const tended = tend(one);
  git.killAll();
  t.like(await tended, { outcome: 'failed' });
  t.false((await readdir(mirrors.path(one))).includes('ran'));
});

/**
 * A mirror that is tended, most of which is of no use any more: a new one is being fetched, and its pack, which holds the history as it
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
  const pack = held();
  let requests = 0;
  // It is the third that asks for the pack, after what the server can do and which refs it has.
  server.answers.set('at', (exchange) =>
    ++requests === 3 ? pack.answer(exchange) : serve()(exchange),
  );
  const tended = port.tend(url);
  await pack.asked;
  const finish = async () => {
    pack.open();
    t.like(await tended, { outcome: 'repacked', fetched: { filter: 'tree:0' } });
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

test('a mirror that is forgotten while it is tended does not come back', async (t) => {
  const { url, mirror, testGit, finish } = await startReplacing(t);
  await testGit.port.forget(url);
  await finish();
  t.false(existsSync(mirror));
});
