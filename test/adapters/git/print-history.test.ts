import { join } from 'node:path';
import { Writable } from 'node:stream';
import test from 'ava';
import { directEgress } from '../../../adapters/egress/direct.ts';
import { openGit } from '../../../adapters/git/open-git.ts';
import { printHistory } from '../../../adapters/git/print-history.ts';
import { startGitRemote } from '../../kit/git-remote.ts';
import { importLinearHistory } from '../../kit/linear-history.ts';
import { createRepository } from '../../kit/repository.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

test('a history is printed once its reader has taken the last of it', async (t) => {
  const { root, server } = await startGitRemote(t);
  const path = join(root, 'x.git');
  await createRepository(path);
  await importLinearHistory(path, 3);
  const url = `${server.origin}/x.git`;
  const { tools, check } = await openGit({
    directory: await temporaryDirectory(t),
    egress: directEgress(url),
    maxBytes: 1e6,
    path: process.env['PATH'] ?? '',
  });

  let taken = '';
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      taken += chunk.toString();
      setImmediate(done);
    },
  });
  const signal = new AbortController().signal;
  await printHistory(tools, { url, output, timeoutSeconds: 60, signal, check });

  t.is(taken.split('\n').length, 4);
  t.true(output.writableFinished);
});
