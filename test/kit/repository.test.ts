import { join } from 'node:path';
import test from 'ava';
import { emptyTree } from './git-objects.ts';
import { git, runGit } from './git.ts';
import { createRepository } from './repository.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('a commit holds what it was given, byte for byte', async (t) => {
  const { path, commit, raw } = await createRepository(join(await temporaryDirectory(t), 'a.git'));
  const parent = await commit();
  const sha = await commit({
    parents: [parent],
    author: Buffer.from('Jos\xe9 <jose>', 'latin1'),
    date: '',
    committed: '99 +0100',
    headers: ['encoding ISO-8859-1'],
    message: 'No line break',
  });
  const { stdout } = await runGit(path, ['cat-file', 'commit', sha]);
  t.is(
    stdout.toString('latin1'),
    `tree ${emptyTree}\nparent ${parent}\nauthor Jos\xe9 <jose>\ncommitter Jos\xe9 <jose> 99 +0100\n` +
      'encoding ISO-8859-1\n\nNo line break',
  );
  t.is(await raw(stdout), sha);
  t.is(await git(path, ['hash-object', '-t', 'commit', '--stdin'], { input: stdout }), sha);
});

test('a tree holds plain files', async (t) => {
  const { path, tree } = await createRepository(join(await temporaryDirectory(t), 'a.git'));
  const sha = await tree({ 'b.txt': 'two\n', '.mailmap': 'one\n' });
  t.is(await git(path, ['ls-tree', '--name-only', sha]), '.mailmap\nb.txt');
  t.is(await git(path, ['cat-file', 'blob', `${sha}:b.txt`]), 'two');
  t.is(await git(path, ['fsck', '--strict', '--no-dangling']), '');
});

for (const objectFormat of ['sha1', 'sha256'] as const) {
  test(`a linear history grows and is the same every time (${objectFormat})`, async (t) => {
    const directory = await temporaryDirectory(t);
    const first = await createRepository(join(directory, '1.git'), { objectFormat });
    const second = await createRepository(join(directory, '2.git'), { objectFormat });
    await first.linear(30);
    await second.linear(30);
    const tip = await first.linear(5);
    t.is(await second.linear(5), tip);
    t.is(tip.length, objectFormat === 'sha1' ? 40 : 64);
    t.is(await git(first.path, ['rev-list', '--count', '--min-parents=1', 'HEAD']), '34');
    t.is(await git(first.path, ['rev-parse', 'HEAD']), tip);
    t.is(await git(first.path, ['fsck', '--strict', '--no-dangling']), '');
    const authors = new Set((await git(first.path, ['log', '--format=%an %ai'])).split('\n'));
    t.is(authors.size, 35);
  });
}
