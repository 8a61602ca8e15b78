import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { pretendedGit } from '../../helpers/pretended-git.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('where memory is short, the kernel ends git before anything else', async (t) => {
  const directory = await temporaryDirectory(t);
  // Set by whoever has started it, which may take a moment.
  const script = `#!/bin/sh
for turn in $(seq 1000); do
  score=$(cat /proc/self/oom_score_adj)
  [ "$score" = 1000 ] && break
done
echo "$score"
`;
  const git = await pretendedGit(directory, script);
  const running = git.start({ args: [], cwd: join(directory) });
  t.is(await text(running.stdout), '1000\n');
  t.is((await running.end).exitCode, 0);
});
