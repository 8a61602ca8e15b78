import { join } from 'node:path';
import test from 'ava';
import {
  authorLimit,
  truncate,
  messageLimit,
  parseEpoch,
  type Commit,
} from '../../../domain/commit.ts';
import { awkwardRepository } from '../../kit/awkward-repository.ts';
import { startGitRemote, startGitRepository } from '../../kit/git-remote.ts';
import { git, runGit } from '../../kit/git.ts';
import { startGit } from '../../kit/git-fixture.ts';

/** What `git log` prints of one field for every commit of a full clone. */
async function oracle(clone: string, placeholder: string, revision: string): Promise<string[]> {
  const { stdout } = await runGit(clone, [
    'log',
    '--no-mailmap',
    '-z',
    `--format=tformat:${placeholder}`,
    revision,
    '--',
  ]);
  return stdout.toString('utf8').split('\0').slice(0, -1);
}

const points = (text: string | undefined, limit: number) => truncate(text ?? '', limit);

test('every commit of an awkward history is what git log prints in a full clone, in its order', async (t) => {
  const { root, server } = await startGitRemote(t);
  const { tip, printable, commits } = await awkwardRepository(join(root, 'x.git'));
  const clone = join(root, 'clone');
  await git(root, ['clone', '--quiet', '--no-checkout', `${server.origin}/x.git`, clone]);
  const testGit = await startGit(t);
  const url = `${server.origin}/x.git`;
  t.like(await testGit.port.fetch({ url }), { outcome: 'ok', tip });

  const whole = await testGit.commits(url, tip);
  t.deepEqual(
    whole.map(({ sha }) => sha),
    (await git(clone, ['rev-list', 'HEAD'])).split('\n'),
  );
  t.is(new Set(whole.map(({ sha }) => sha)).size, commits.size);
  const old = whole.find(({ sha }) => sha === commits.get('a local time before 1970'));
  t.like(old, { authoredAt: 100, date: null });

  const read = await testGit.commits(url, printable);
  const field = (placeholder: string) => oracle(clone, placeholder, printable);
  const [shas, authors, subjects, parents, authored, committed, dates] = await Promise.all(
    ['%H', '%an', '%s', '%P', '%at', '%ct', '%ad'].map(field),
  );
  const expected = shas?.map((sha, index): Commit => {
    const authoredAt = parseEpoch(authored?.[index] ?? '');
    return {
      hash: sha.slice(0, 10),
      author: points(authors?.[index], authorLimit),
      date: authoredAt === null ? null : (dates?.[index] ?? ''),
      message: points(subjects?.[index], messageLimit),
      sha,
      authoredAt,
      committedAt: parseEpoch(committed?.[index] ?? ''),
      parents: parents?.[index]?.split(' ').filter(Boolean) ?? [],
    };
  });
  t.deepEqual(read, expected);
});

test('a long linear history is whole and in order', async (t) => {
  const { server, repository } = await startGitRepository(t);
  const tip = await repository.linear(3000);
  const testGit = await startGit(t);
  const url = `${server.origin}/x.git`;
  await testGit.port.fetch({ url });
  const read = await testGit.commits(url, tip);
  t.is(read.length, 3000);
  t.deepEqual(
    read.map(({ date }) => date),
    await oracle(repository.path, '%ad', tip),
  );
});
