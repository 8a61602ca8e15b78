import { readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { serve } from '../../kit/git-backend.ts';
import { followed, type Followed } from './followed.ts';
import { faults } from '../../kit/git-faults.ts';
import { git } from '../../kit/git.ts';
import { endAll } from '../../kit/processes.ts';
import { createRepository } from '../../kit/repository.ts';

/** Expects what is kept to be what git itself lists from a commit of the remote on. */
async function same(t: ExecutionContext, { path, kept }: Followed, tip = 'HEAD'): Promise<void> {
  t.deepEqual(await kept(), (await git(path, ['rev-list', tip])).split('\n'));
}

/** A followed repository of so many commits, and a function that pushes one more. */
async function start(t: ExecutionContext, commits = 20) {
  const following = await followed(t);
  const { repository, refresh } = following;
  let tip = await repository.linear(commits);
  await refresh();
  await same(t, following);
  const push = async (...others: readonly string[]) => {
    tip = await repository.commit({ parents: [tip, ...others] });
    await repository.branch('main', tip);
    return tip;
  };
  return { ...following, following, push, tip };
}

test('a push costs one fetch and what is new, and no news a fetch alone', async (t) => {
  const { following, push, refresh, changes, git: testGit } = await start(t);
  await push();
  await refresh();
  await same(t, following);
  t.deepEqual(changes.at(-1), { added: 1, lost: 0, how: 'extended' });
  await testGit.left();
  await testGit.processesRun();
  await refresh();
  t.is(changes.length, 2);
  t.is(await testGit.processesRun(), 3, 'git fetch, its helper for http, and its own check');
});

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

async function eachPack(mirror: string, work: (pack: string) => Promise<void>): Promise<void> {
  const directory = join(mirror, 'objects/pack');
  const packs = (await readdir(directory)).filter((name) => name.endsWith('.pack'));
  for (const pack of packs) await work(join(directory, pack));
}

for (const [what, break_] of Object.entries(damage)) {
  test(`a mirror ${what} is repaired or fetched anew by the next refresh with news`, async (t) => {
    const { following, push, refresh, mirror, project } = await start(t);
    await following.git.left();
    await break_(await mirror());
    await push();
    await refresh();
    await same(t, following);
    t.like(await project(), { state: 'up', commits: 21 });
    await push();
    await refresh();
    await same(t, following);
  });
}

test('after git was killed in the middle of a fetch, the next refresh brings everything', async (t) => {
  const { following, push, refresh, answer, git: testGit } = await start(t);
  for (const moment of ['asking', 'receiving']) {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    await push();
    answer(async (exchange) => {
      // The pack comes with the second request that has a body.
      if (moment === 'asking' || exchange.request.method === 'POST') ask();
      await faults['slow']?.(exchange);
    });
    const refreshing = refresh();
    await asked;
    await endAll(`GIT_MONITORING_SERVER=${testGit.directory}`);
    // Where its helper dies first, git ends by itself, and the mirror is fetched anew at once.
    await refreshing.catch(() => {});
    answer(serve());
    await refresh();
    await same(t, following);
  }
});

test('HEAD may move to another branch, and its old one be deleted', async (t) => {
  const { following, repository, refresh, project, tip } = await start(t);
  const next = await repository.commit({ parents: [tip] });
  await repository.branch('next', next);
  await repository.setHead('refs/heads/next');
  await refresh();
  await same(t, following);
  t.like(await project(), { defaultBranch: 'next', tip: next });
  await git(following.path, ['update-ref', '-d', 'refs/heads/main']);
  await refresh();
  await same(t, following);
  // Renamed, and HEAD left behind: the first branch there is counts.
  await git(following.path, ['update-ref', 'refs/heads/renamed', next]);
  await git(following.path, ['update-ref', '-d', 'refs/heads/next']);
  await refresh();
  await same(t, following, 'renamed');
  t.like(await project(), { defaultBranch: 'renamed' });
});

test('a repository may be emptied and filled again', async (t) => {
  const { following, refresh, project, tip, repository, changes } = await start(t);
  await git(following.path, ['update-ref', '-d', 'refs/heads/main']);
  await refresh();
  t.deepEqual(await following.kept(), []);
  t.like(await project(), { state: 'up', tip: null, defaultBranch: null });
  t.like(changes.at(-1), { lost: 20 });
  await repository.branch('main', tip);
  await refresh();
  await same(t, following);
});

test('an unrelated history may take the place of the old one', async (t) => {
  const { following, refresh, repository, changes } = await start(t);
  const root = await repository.commit();
  const next = await repository.commit({ parents: [root] });
  await repository.branch('main', next);
  await refresh();
  await same(t, following);
  t.like(changes.at(-1), { added: 2, lost: 20 });
});

test('a repository may turn from sha1 to sha256 and back', async (t) => {
  const { following, refresh } = await start(t);
  const aside = `${following.path}.sha1`;
  await rename(following.path, aside);
  const other = await createRepository(following.path, { objectFormat: 'sha256' });
  await other.branch('main', await other.commit());
  await refresh();
  await same(t, following);
  t.is((await following.kept())[0]?.length, 64);
  await rename(following.path, `${following.path}.sha256`);
  await rename(aside, following.path);
  await refresh();
  await same(t, following);
});

test('a server may stop and begin to leave objects out', async (t) => {
  const { following, push, refresh, answer } = await start(t);
  for (const allowed of ['false', 'true', 'false']) {
    answer(serve({ config: { 'uploadpack.allowFilter': allowed } }));
    await push();
    await refresh();
    await same(t, following);
    await push();
    await refresh();
    await same(t, following);
  }
});

test('of a repository that becomes shallow, what was known before is kept, and news still come', async (t) => {
  const { following, push, refresh, kept } = await start(t);
  const whole = `${following.path}.whole`;
  await rename(following.path, whole);
  await git(join(whole, '..'), [
    'clone',
    '-q',
    '--bare',
    '--depth=5',
    `file://${whole}`,
    following.path,
  ]);
  const before = await kept();
  await refresh();
  t.deepEqual(await kept(), before);
  const news = [await push(), await push()];
  await refresh();
  t.deepEqual(await kept(), [...news.toReversed(), ...before]);
});

test('many refreshes with news leave few packs, and forced pushes no more than twice what is needed', async (t) => {
  const { following, refresh, repository, mirror, push, tip } = await start(t, 200);
  for (let number = 0; number < 55; number++) {
    await push();
    await refresh();
  }
  await same(t, following);
  const packs = async () => {
    await following.git.left();
    const names = await readdir(join(await mirror(), 'objects/pack'));
    return names.filter((name) => name.endsWith('.pack')).length;
  };
  t.true((await packs()) <= 51);
  const before = await packs();
  t.true(before < 50, `${before} packs`);
  for (let number = 0; number < 55; number++) {
    let end = tip;
    for (let count = 0; count < 10; count++) end = await repository.commit({ parents: [end] });
    await repository.branch('main', end);
    await refresh();
  }
  await same(t, following);
  t.true((await packs()) < 50);
});
