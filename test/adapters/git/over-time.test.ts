import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { serve } from '../../kit/git-backend.ts';
import { testDamagedMirrors } from './damaged-mirrors.ts';
import { expectSame, followedWithCommits } from './followed.ts';
import { faults } from '../../kit/git-faults.ts';
import { git } from '../../kit/git.ts';
import { endAll } from '../../kit/processes.ts';

test('a push costs one fetch and what is new, and no news a fetch alone', async (t) => {
  const { following, push, refresh, changes, git: testGit } = await followedWithCommits(t);
  await push();
  await refresh();
  await expectSame(t, following);
  t.deepEqual(changes.at(-1), { added: 1, lost: 0, how: 'extended' });
  await testGit.left();
  await testGit.processesRun();
  await refresh();
  t.is(changes.length, 2);
  t.is(await testGit.processesRun(), 3, 'git fetch, its helper for http, and its own check');
});

testDamagedMirrors('tried');

test('after git was killed in the middle of a fetch, the next refresh brings everything', async (t) => {
  const { following, push, refresh, answer, git: testGit } = await followedWithCommits(t);
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
    await expectSame(t, following);
  }
});

test('a repository may be emptied and filled again', async (t) => {
  const { following, refresh, project, tip, repository, changes } = await followedWithCommits(t);
  await git(following.path, ['update-ref', '-d', 'refs/heads/main']);
  await refresh();
  t.deepEqual(await following.kept(), []);
  t.like(await project(), { state: 'up', tip: null, defaultBranch: null });
  t.like(changes.at(-1), { lost: 20 });
  await repository.branch('main', tip);
  await refresh();
  await expectSame(t, following);
});

test('an unrelated history may take the place of the old one', async (t) => {
  const { following, refresh, repository, changes } = await followedWithCommits(t);
  const root = await repository.commit();
  const next = await repository.commit({ parents: [root] });
  await repository.branch('main', next);
  await refresh();
  await expectSame(t, following);
  t.like(changes.at(-1), { added: 2, lost: 20 });
});

test('of a repository that becomes shallow, what was known before is kept, and news still come', async (t) => {
  const { following, push, refresh, kept } = await followedWithCommits(t);
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
