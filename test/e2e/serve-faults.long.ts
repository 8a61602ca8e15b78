import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';
import { processesWith } from '../kit/processes.ts';
import { built } from '../kit/program.ts';
import { temporaryDirectory } from '../kit/temporary-directory.ts';

test('a server whose log and notices nobody reads any more answers, and ends when it is told to', async (t) => {
  const data = join(await temporaryDirectory(t), 'data');
  const running = spawn('sh', ['-c', 'exec "$0" "$1" serve 2>&1', process.execPath, built], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: data },
  });
  t.teardown(() => running.kill('SIGKILL'));
  const ended = once(running, 'exit');
  let said = '';
  for await (const chunk of running.stdout.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (said.includes('Try:')) break;
  }
  running.stdout.pause();
  const [, url = ''] = /Listening on (\S+)/.exec(said) ?? [];
  // More lines than a pipe and what reads ahead of it hold.
  for (let count = 0; count < 1500; count++) t.is((await fetch(`${url}/nothing`)).status, 404);
  // Its end may set the flags of what it shares with the server.
  const [worker = 0] = await processesWith(`GIT_MONITORING_SERVER=${data}`);
  process.kill(worker, 'SIGKILL');
  for (let count = 0; count < 500; count++) t.is((await fetch(`${url}/nothing`)).status, 404);
  running.kill('SIGTERM');
  t.deepEqual(await ended, [0, null]);
});
