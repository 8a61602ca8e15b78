import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { everyAddress } from '../../../adapters/egress/address-policy.ts';
import { createEgress } from '../../../adapters/egress/proxy.ts';
import { openMirrors } from '../../../adapters/git/mirrors.ts';
import { createGitRunner } from '../../../adapters/git/run-git.ts';
import { createTending } from '../../../adapters/git/tend.ts';
import { createUses } from '../../../adapters/git/uses.ts';
import { leftOver, processesWith } from '../../helpers/processes.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

/** Leaves a trace, hangs or fails where its repository says so, and does nothing elsewhere. */
const script = '#!/bin/sh\ntouch ran\n[ -e hang ] && exec sleep 1000\n[ ! -e fail ]\n';

const [one, other] = ['https://a.example/x', 'https://b.example/x'] as const;

/** How long tending may take here, in milliseconds. */
const limit = 500;

/** Two mirrors, and a git that only pretends to tend them. */
async function start(t: ExecutionContext) {
  const directory = await temporaryDirectory(t);
  const bin = join(directory, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'git'), script);
  await chmod(join(bin, 'git'), 0o755);
  const git = createGitRunner({
    marker: directory,
    path: [bin, process.env['PATH']].join(delimiter),
    maxFileBytes: 1e6,
    prlimit: true,
  });
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
