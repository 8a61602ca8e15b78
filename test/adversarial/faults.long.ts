import { appendFileSync } from 'node:fs';
import { rename, rm, stat, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { execa } from 'execa';
import { findProgram } from '../../adapters/git/check-git.ts';
import { endAll } from '../kit/processes.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';
import { underLoad } from './under-load.ts';

/** What a server says where the fault is its own machine's. */
const own = ['500 /problems/internal', '503 /problems/store_unavailable'];

test.serial('a disk that is full while fetching and while writing loses nothing', async (t) => {
  const disk = await temporaryDirectory(t);
  const mount = ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk];
  if ((await execa('mount', mount, { reject: false })).exitCode !== 0) {
    t.log('left out: a full disk, since nothing can be mounted here');
    t.pass();
    return;
  }
  t.teardown(() => execa('umount', ['--lazy', disk]));
  const ballast = join(disk, 'ballast');
  const refusals = await underLoad(t, { DATA_DIR: join(disk, 'data') }, async () => {
    // With more and more room, so that it is now git and now the database that finds none.
    for (let room = 0; room < 12; room++) {
      // Appended: emptied first, it would give all the room back for a moment, in which git's failure is looked at.
      t.throws(() => appendFileSync(ballast, Buffer.alloc(40_000_000)), { code: 'ENOSPC' });
      await truncate(ballast, Math.max(0, (await stat(ballast)).size - room * 40_000));
      await setTimeout(400);
    }
    // What failed for want of room is known by how little there is: by then it must not have come back.
    for (let step = 0; step < 5; step++) {
      await truncate(ballast, (await stat(ballast)).size - 2_000_000);
      await setTimeout(200);
    }
    await rm(ballast);
  });
  t.true(refusals.length > 0);
  t.deepEqual(
    refusals.filter((each) => !own.includes(each)),
    [],
  );
});

test.serial(
  'a data directory that is away is missed, and all is well when it is back',
  async (t) => {
    const refusals = await underLoad(t, {}, async ({ data, server }) => {
      await rename(data, `${data}.away`);
      await server.logged(/ENOENT/);
      await setTimeout(2000);
      t.is((await fetch(`${server.url}/readyz`)).status, 503);
      t.is((await fetch(server.url)).status, 200);
      await rename(`${data}.away`, data);
    });
    t.deepEqual(
      refusals.filter((each) => !own.includes(each)),
      [],
    );
  },
);

test.serial('a git that is removed is missed, and all is well when it is back', async (t) => {
  const bin = await temporaryDirectory(t);
  for (const name of ['git', 'prlimit']) {
    await symlink(findProgram(name, process.env['PATH'] ?? '') ?? '', join(bin, name));
  }
  const refusals = await underLoad(t, { PATH: bin }, async ({ server }) => {
    await rename(join(bin, 'git'), join(bin, 'away'));
    await server.logged(/"POST \/add\/\w 500"/);
    await setTimeout(2000);
    t.is((await fetch(`${server.url}/healthz`)).status, 200);
    await rename(join(bin, 'away'), join(bin, 'git'));
  });
  t.deepEqual(refusals, ['500 /problems/internal']);
});

test.serial('a git that is killed again and again loses nothing', async (t) => {
  const refusals = await underLoad(t, {}, async ({ data }) => {
    for (const until = performance.now() + 4000; performance.now() < until;) {
      await endAll(`GIT_MONITORING_SERVER=${data}`);
      await setTimeout(30);
    }
  });
  // The git worker is among them: what it was at fails, and while it waits to be started again nothing is begun.
  t.deepEqual(refusals.toSorted(), ['500 /problems/internal', '503 /problems/git_unavailable']);
});
