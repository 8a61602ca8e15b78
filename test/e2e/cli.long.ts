import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import test from 'ava';
import { startLogRemote } from './log-remote.ts';
import { program, programInShell } from '../kit/program.ts';
import { createRepository } from '../kit/repository.ts';

test('what the system refuses is one line, not a stack', async (t) => {
  const { root, server } = await startLogRemote(t);
  await (await createRepository(join(root, 'x.git'))).linear(2);
  const url = `${server.origin}/x.git`;
  const homeless = await program(['log', url], { env: { TMPDIR: join(root, 'nowhere') } });
  t.is(homeless.exitCode, 1);
  t.regex(homeless.stderr, /^error: ENOENT[^\n]*\n$/);
  const full = await programInShell(['log', url], '> /dev/full');
  t.is(full.exitCode, 1);
  t.regex(full.stderr, /^error: .*ENOSPC[^\n]*\n$/);
});

test('log tells apart what keeps it from a repository, as the server does', async (t) => {
  const { root, server, env } = await startLogRemote(t);
  await (await createRepository(join(root, 'x.git'))).linear(2000);
  const url = `${server.origin}/x.git`;
  for (const [address, reason, more] of [
    ['http://host.invalid/x.git', /host name of the url is not known/, {}],
    ['https://host.invalid/x.git', /host name of the url is not known/, {}],
    ['http://127.0.0.1:1/x.git', /does not accept connections/, {}],
    [url.replace('http:', 'https:'), /No secure connection/, {}],
    [`${server.origin}/page/x.git`, /did not answer as a git server/, {}],
    [`${server.origin}/reset/x.git`, /did not answer as a git server/, {}],
    [url, /larger than FETCH_MAX_BYTES/, { FETCH_MAX_BYTES: '20000' }],
  ] as const) {
    const { exitCode, stderr } = await program(['log', address], { env: { ...env, ...more } });
    t.is(exitCode, 1, address);
    t.regex(stderr, reason);
  }
});

test('log stops at once where git cannot be trusted', async (t) => {
  const { root, server, env, left } = await startLogRemote(t);
  await (await createRepository(join(root, 'x.git'))).linear(2);
  const bin = join(root, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'git'), '#!/bin/sh\necho git version 2.30.0\n');
  await chmod(join(bin, 'git'), 0o755);
  const { exitCode, stdout, stderr } = await program(['log', `${server.origin}/x.git`], {
    env: { ...env, PATH: [bin, process.env['PATH']].join(delimiter) },
  });
  t.is(exitCode, 1);
  t.is(stdout, '');
  t.regex(stderr, /^error: git 2\.30\.0 is too old; install git 2\.39 or newer\.\n$/);
  t.deepEqual(await left(), []);
});
