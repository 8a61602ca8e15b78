import { cp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { serve } from '../../kit/git-backend.ts';
import { testDamagedMirrors } from './damaged-mirrors.ts';
import { expectSame, followed, followedWithCommits } from './followed.ts';
import { everyVariant, scaled } from '../../kit/counts.ts';
import { git } from '../../kit/git.ts';
import { createRepository } from '../../kit/repository.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(async (file) => (await stat(join(file.parentPath, file.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

const refreshes = scaled(60);

test(`after ${refreshes} refreshes, a fifth of them forced pushes, a mirror is still small and whole`, async (t) => {
  const following = await followed(t);
  const { repository, refresh, kept, mirror, path } = following;
  const root = await repository.linear(2000);
  await refresh();
  let tip = root;
  let most = 0;
  const seconds: number[] = [];
  for (let number = 1; number <= refreshes; number++) {
    if (number % 5 === 0) tip = root;
    for (let count = 0; count < 10; count++) tip = await repository.commit({ parents: [tip] });
    await repository.branch('main', tip);
    const begin = performance.now();
    await refresh();
    seconds.push((performance.now() - begin) / 1000);
    if (number % 10 === 0) {
      const packs = await packFiles(mirror);
      most = Math.max(most, packs.filter((name) => name.endsWith('.pack')).length);
    }
  }
  await following.git.left();
  t.deepEqual(await kept(), (await git(path, ['rev-list', 'main'])).split('\n'));
  // What is new while it is being compacted comes on top.
  t.true(most <= 60, `${most} packs`);

  const fresh = join(await temporaryDirectory(t), 'fresh.git');
  const aside = join(await temporaryDirectory(t), 'aside.git');
  await cp(await mirror(), aside, { recursive: true });
  await rm(await mirror(), { recursive: true });
  tip = await repository.commit({ parents: [tip] });
  await repository.branch('main', tip);
  await refresh();
  await following.git.left();
  await cp(await mirror(), fresh, { recursive: true });
  const [size, least] = [await sizeOf(aside), await sizeOf(fresh)];
  const sorted = seconds.toSorted((a, b) => a - b);
  t.log(
    `${most} packs at most; ${size} bytes, ${least} in a fresh mirror; ` +
      `refreshes ${sorted[Math.floor(refreshes / 2)]} s in the middle, ${sorted.at(-1)} s at most`,
  );
  t.true(size <= 2 * least, `${size} bytes, ${least} in a fresh mirror`);
});

/** The files of its packs. A mirror that is exchanged for a new one is away for a moment. */
async function packFiles(mirror: () => Promise<string>): Promise<readonly string[]> {
  for (;;) {
    try {
      return await readdir(join(await mirror(), 'objects/pack'));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

testDamagedMirrors('others');

test('HEAD may move to another branch, and its old one be deleted', async (t) => {
  const { following, repository, refresh, project, tip } = await followedWithCommits(t);
  const next = await repository.commit({ parents: [tip] });
  await repository.branch('next', next);
  await repository.setHead('refs/heads/next');
  await refresh();
  await expectSame(t, following);
  t.like(await project(), { defaultBranch: 'next', tip: next });
  await git(following.path, ['update-ref', '-d', 'refs/heads/main']);
  await refresh();
  await expectSame(t, following);
  // Renamed, and HEAD left behind: the first branch there is counts.
  await git(following.path, ['update-ref', 'refs/heads/renamed', next]);
  await git(following.path, ['update-ref', '-d', 'refs/heads/next']);
  await refresh();
  await expectSame(t, following, 'renamed');
  t.like(await project(), { defaultBranch: 'renamed' });
});

test('a repository may turn from sha1 to sha256 and back', async (t) => {
  const { following, refresh } = await followedWithCommits(t);
  const aside = `${following.path}.sha1`;
  await rename(following.path, aside);
  const other = await createRepository(following.path, { objectFormat: 'sha256' });
  await other.branch('main', await other.commit());
  await refresh();
  await expectSame(t, following);
  t.is((await following.kept())[0]?.length, 64);
  await rename(following.path, `${following.path}.sha256`);
  await rename(aside, following.path);
  await refresh();
  await expectSame(t, following);
});

test('a server may stop and begin to leave objects out', async (t) => {
  const { following, push, refresh, answer } = await followedWithCommits(t);
  for (const allowed of ['false', 'true', 'false']) {
    answer(serve({ config: { 'uploadpack.allowFilter': allowed } }));
    await push();
    await refresh();
    await expectSame(t, following);
    await push();
    await refresh();
    await expectSame(t, following);
  }
});

/** Beyond the packs at which a mirror is repacked. */
const pushes = 55;

if (everyVariant) {
  test('many refreshes with news leave few packs, and forced pushes no more than twice what is needed', async (t) => {
    const { following, refresh, repository, mirror, push, tip } = await followedWithCommits(t, 200);
    for (let number = 0; number < pushes; number++) {
      await push();
      await refresh();
    }
    await expectSame(t, following);
    const packs = async () => {
      await following.git.left();
      const names = await readdir(join(await mirror(), 'objects/pack'));
      return names.filter((name) => name.endsWith('.pack')).length;
    };
    t.true((await packs()) <= 51);
    const before = await packs();
    t.true(before < 50, `${before} packs`);
    for (let number = 0; number < pushes; number++) {
      let end = tip;
      for (let count = 0; count < 10; count++) end = await repository.commit({ parents: [end] });
      await repository.branch('main', end);
      await refresh();
    }
    await expectSame(t, following);
    t.true((await packs()) < 50);
  });
}
