import { cp, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { startGitRepository } from '../../kit/git-remote.ts';
import { startGit } from '../../kit/git-fixture.ts';

test('a fetch ends where it would take what is kept free of the disk, and that is no fault of the remote', async (t) => {
  const { server, repository } = await startGitRepository(t);
  const url = `${server.origin}/x.git`;
  const tip = await repository.linear(300);
  const plenty = await startGit(t);
  t.like(await plenty.port.fetch({ url }), { outcome: 'ok', tip });

  const { bavail, bsize } = await statfs(plenty.directory);
  const tight = await startGit(t, { minFreeBytes: 2 * bavail * bsize });
  const cut = await tight.port.fetch({ url });
  t.like(cut, { outcome: 'internal' });
  t.regex('detail' in cut ? cut.detail : '', /MIN_FREE_DISK_BYTES/);
  t.deepEqual(await tight.left(), []);
});

test('what is new in a known repository is taken while half of what is kept free of the disk is left', async (t) => {
  const { server, repository } = await startGitRepository(t);
  const url = `${server.origin}/x.git`;
  await repository.linear(3);
  const plenty = await startGit(t);
  t.like(await plenty.port.fetch({ url }), { outcome: 'ok' });
  const { bavail, bsize } = await statfs(plenty.directory);
  const tip = await repository.linear(300);
  for (const [reserve, outcome] of [
    [4 * bavail * bsize, { outcome: 'internal' }],
    [1.3 * bavail * bsize, { outcome: 'ok', tip }],
  ] as const) {
    const tight = await startGit(t, { minFreeBytes: Math.floor(reserve) });
    await cp(join(plenty.directory, 'mirrors'), join(tight.directory, 'mirrors'), {
      recursive: true,
    });
    t.like(await tight.port.fetch({ url }), outcome);
  }
});
