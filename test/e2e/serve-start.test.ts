import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import test from 'ava';
import { findProgram } from '../../adapters/git/check-git.ts';
import { pretendedGitPath } from '../kit/pretended-git.ts';
import { program } from '../kit/program.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

/** Waits until a program has written something. */
async function written(stream: Readable, pattern: RegExp): Promise<void> {
  let text = '';
  const collect = (chunk: Buffer) => (text += chunk.toString());
  stream.on('data', collect);
  while (!pattern.test(text)) await once(stream, 'data');
  stream.off('data', collect);
}

test('a start that takes long says in the log what it waits for', async (t) => {
  const directory = await temporaryDirectory(t);
  const git = findProgram('git', process.env['PATH'] ?? '') ?? '';
  const open = join(directory, 'open');
  const script = `#!/bin/sh\nwhile [ ! -e ${open} ]; do sleep 0.05; done\nexec ${git} "$@"\n`;
  const running = program(['serve'], {
    env: {
      PATH: await pretendedGitPath(directory, script),
      PORT: '0',
      DATA_DIR: join(directory, 'data'),
    },
  });
  const listening = written(running.stderr, /^Listening on /m);
  await written(running.stdout, /git is tried.*; the server listens afterwards/);
  await writeFile(open, '');
  await listening;
  running.kill('SIGTERM');
  t.is((await running).exitCode, 0);
});
