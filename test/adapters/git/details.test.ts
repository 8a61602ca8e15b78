import { join } from 'node:path';
import test from 'ava';
import { startGitRemote } from '../../kit/git-remote.ts';
import { git } from '../../kit/git.ts';
import { createRepository } from '../../kit/repository.ts';
import { startGit } from '../../kit/git-fixture.ts';

test('all that a commit says is read: emails, body, trailers, whether it is signed', async (t) => {
  const { root, server } = await startGitRemote(t);
  const { path } = await createRepository(join(root, 'x.git'));
  const tree = await git(path, ['mktree'], { input: Buffer.alloc(0) });
  const person = (name: string) => `${name} <${name.toLowerCase()}@example.org> 1700000000 +0100`;
  const write = (message: string, header = '', signature = '') =>
    git(path, ['hash-object', '-t', 'commit', '-w', '--stdin'], {
      input: Buffer.from(
        `tree ${tree}\n${header}author ${person('Ada')}\ncommitter ${person('Bob')}\n${signature}\n${message}`,
      ),
    });
  const plain = await write('Only a subject\n');
  const full = await write(
    'Subject\n\nFirst line\n\nsecond é\n\nFixes: #1\nSigned-off-by: Ada\n  <ada@example.org>\nEmpty:\n',
    `parent ${plain}\n`,
    `gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n`,
  );
  await git(path, ['update-ref', 'HEAD', full]);
  const { port } = await startGit(t);
  const url = `${server.origin}/x.git`;
  t.like(await port.fetch({ url }), { outcome: 'ok', tip: full });
  const common = {
    authorEmail: 'ada@example.org',
    committer: 'Bob',
    committerEmail: 'bob@example.org',
  };
  t.deepEqual(await port.details({ url, sha: plain }), {
    ...common,
    body: '',
    trailers: [],
    signed: false,
  });
  t.deepEqual(await port.details({ url, sha: full }), {
    ...common,
    body: 'First line\n\nsecond é\n\nFixes: #1\nSigned-off-by: Ada\n  <ada@example.org>\nEmpty:',
    trailers: [
      { key: 'Fixes', value: '#1' },
      { key: 'Signed-off-by', value: 'Ada <ada@example.org>' },
      { key: 'Empty', value: '' },
    ],
    signed: true,
  });
  await t.throwsAsync(port.details({ url, sha: 'f'.repeat(40) }), { code: 'internal' });
});
