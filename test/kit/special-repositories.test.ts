import { join } from 'node:path';
import test from 'ava';
import { awkwardRepository } from './awkward-repository.ts';
import { git, runGit } from './git.ts';
import { createRepository } from './repository.ts';
import { startGitRemote } from './git-remote.ts';
import {
  addManyRefs,
  detachedRepository,
  headlessRepository,
  shallowRepository,
  withholdingRepository,
} from './special-repositories.ts';

test('the awkward repository is served with each of its commits, in the order it has itself', async (t) => {
  const { root, fetch } = await startGitRemote(t);
  const path = join(root, 'x.git');
  const { commits, tip, printable } = await awkwardRepository(path);
  const fetched = await fetch('x.git');
  t.is(fetched.commits[0], tip);
  t.deepEqual(fetched.commits.toSorted(), [...commits.values()].toSorted());
  t.deepEqual(fetched.types, ['commit']);

  // A git that reads replace refs shows another commit than it serves.
  const text = ['log', '--no-mailmap', '--date=raw', '--format=%H%x00%P%x00%an%x00%ad%x00%s'];
  const served = await git(path, text, { env: { GIT_NO_REPLACE_OBJECTS: '1' } });
  t.not(await git(path, text), served);
  t.deepEqual(
    served.split('\n').map((line) => line.split('\0')[0]),
    fetched.commits,
  );

  const dies = await runGit(path, ['log', '--format=%ad', tip]);
  t.regex(dies.stderr, /Timestamp before Unix epoch/);
  const prints = await runGit(path, ['log', '--format=%ad', printable]);
  t.is(prints.exitCode, 0);
});

test('HEAD can be a commit that is on no branch', async (t) => {
  const { root, fetch } = await startGitRemote(t);
  const path = join(root, 'x.git');
  const { head } = await detachedRepository(path);
  t.is((await fetch('x.git')).commits[0], head);
  t.is(await git(path, ['for-each-ref', '--contains', head]), '');
});

test('HEAD can name a branch that does not exist', async (t) => {
  const { root, fetch } = await startGitRemote(t);
  const path = join(root, 'x.git');
  const { tips } = await headlessRepository(path, ['zebra', 'apple']);
  t.is(await git(path, ['symbolic-ref', 'HEAD']), 'refs/heads/gone');
  t.regex((await fetch('x.git')).stderr, /couldn't find remote ref HEAD/);
  t.is(
    await git(path, ['for-each-ref', '--format=%(refname:short) %(objectname)']),
    `apple ${tips.get('apple')}\nzebra ${tips.get('zebra')}`,
  );
});

test('a repository can be empty, or of another object format', async (t) => {
  const { root, fetch } = await startGitRemote(t);
  await createRepository(join(root, 'empty.git'));
  t.regex((await fetch('empty.git')).stderr, /couldn't find remote ref HEAD/);

  const sha256 = await createRepository(join(root, 'sha256.git'), { objectFormat: 'sha256' });
  const tip = await sha256.linear(3);
  t.is((await fetch('sha256.git', { objectFormat: 'sha256' })).commits[0], tip);
  t.regex((await fetch('sha256.git')).stderr, /mismatched algorithms/);
});

test('a shallow server gives its five commits in three requests', async (t) => {
  const { root, server, fetch } = await startGitRemote(t);
  const { head } = await shallowRepository(join(root, 'x.git'), 5);
  const { commits } = await fetch('x.git');
  t.is(commits.length, 5);
  t.is(commits[0], head);
  t.is(server.requests.length, 3);
});

test('a withheld parent is noticed where all is fetched, and else when commits are read', async (t) => {
  const { root, server, fetch } = await startGitRemote(t);
  const path = join(root, 'x.git');
  const { last, withheld } = await withholdingRepository(path);
  t.regex(await git(path, ['cat-file', 'commit', last]), new RegExp(`parent ${withheld}`));

  const treeless = await fetch('x.git');
  t.is(treeless.exitCode, 0);
  t.deepEqual(treeless.types, ['commit']);
  t.deepEqual(treeless.commits, []);
  t.is(server.requests.length, 3);

  const whole = await fetch('x.git', { whole: true });
  t.is(whole.exitCode, 1);
  t.regex(whole.stderr, new RegExp(`Could not read ${withheld}`));
});

test('20,000 refs cost nothing to who asks for HEAD', async (t) => {
  const { root, server, fetch } = await startGitRemote(t);
  const repository = await createRepository(join(root, 'x.git'));
  const tip = await repository.linear(1);
  await addManyRefs(repository, 20_000, tip);
  const refs = await git(repository.path, ['for-each-ref', '--format=%(objectname)']);
  t.is(refs.split('\n').filter((sha) => sha === tip).length, 20_001);
  t.is((await fetch('x.git')).commits[0], tip);
  const bytes = server.requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  t.true(bytes < 5000, `${bytes} bytes`);
});
