import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { expectSame, followedWithCommits } from './followed.ts';

const damage: Readonly<Record<string, (mirror: string) => Promise<void>>> = {
  'that is missing': (mirror) => rm(mirror, { recursive: true }),
  'without a config': (mirror) => rm(join(mirror, 'config')),
  'without a HEAD': (mirror) => rm(join(mirror, 'HEAD')),
  'without objects': (mirror) => rm(join(mirror, 'objects'), { recursive: true }),
  'whose pack is gone': (mirror) => eachPack(mirror, (pack) => rm(pack)),
  'whose pack is cut': (mirror) => eachPack(mirror, (pack) => truncate(pack, 40)),
  'whose ref is nonsense': (mirror) => writeFile(join(mirror, 'refs/gitmon/tip'), 'nonsense'),
  'whose ref is empty': (mirror) => writeFile(join(mirror, 'refs/gitmon/tip'), ''),
  'whose commit-graph is nonsense': async (mirror) => {
    await rm(join(mirror, 'objects/info/commit-graphs'), { recursive: true, force: true });
    await writeFile(join(mirror, 'objects/info/commit-graph'), 'nonsense');
  },
  'that a killed git has locked': (mirror) => writeFile(join(mirror, 'refs/gitmon/tip.lock'), ''),
};

/** What `npm test` tries; the others take long. */
const tried = ['that is missing', 'whose pack is cut'];

async function eachPack(mirror: string, work: (pack: string) => Promise<void>): Promise<void> {
  const directory = join(mirror, 'objects/pack');
  const packs = (await readdir(directory)).filter((name) => name.endsWith('.pack'));
  for (const pack of packs) await work(join(directory, pack));
}

/** Tests that a mirror that is damaged is repaired or fetched anew. */
export function testDamagedMirrors(which: 'tried' | 'others'): void {
  for (const [what, damageIt] of Object.entries(damage)) {
    if (tried.includes(what) !== (which === 'tried')) continue;
    test(`a mirror ${what} is repaired or fetched anew by the next refresh with news`, async (t) => {
      const { following, push, refresh, mirror, project } = await followedWithCommits(t);
      await following.git.left();
      await damageIt(await mirror());
      await push();
      await refresh();
      await expectSame(t, following);
      t.like(await project(), { state: 'up', commits: 21 });
      await push();
      await refresh();
      await expectSame(t, following);
    });
  }
}
