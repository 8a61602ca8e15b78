import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { checkGit } from '../../../adapters/git/check-git.ts';
import { openMirrors } from '../../../adapters/git/mirrors.ts';
import { pretendedGit } from '../../kit/pretended-git.ts';
import { leftOver, processesWith } from '../../kit/processes.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

test('a git that does not answer cannot be used, and is killed', async (t) => {
  const directory = await temporaryDirectory(t);
  const git = await pretendedGit(directory, '#!/bin/sh\nexec sleep 300\n');
  t.deepEqual(await checkGit(git, openMirrors(directory), 500), {
    usable: false,
    reason: 'git does not answer within 0.5 seconds; run git --version to see why.',
  });
  t.deepEqual(await leftOver(() => processesWith(`GIT_MONITORING_SERVER=${directory}`)), []);
  t.deepEqual(await leftOver(() => readdir(join(directory, 'tmp'))), []);
});
