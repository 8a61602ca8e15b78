import { cp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { followed } from './followed.ts';
import { git } from '../../kit/git.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(async (file) => (await stat(join(file.parentPath, file.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

test('after 1,000 refreshes, a fifth of them forced pushes, a mirror is still small and whole', async (t) => {
  const following = await followed(t);
  const { repository, refresh, kept, mirror, path } = following;
  const root = await repository.linear(2000);
  await refresh();
  let tip = root;
  let most = 0;
  const seconds: number[] = [];
  for (let number = 1; number <= 1000; number++) {
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
      `refreshes ${sorted[500]} s in the middle, ${sorted.at(-1)} s at most`,
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
