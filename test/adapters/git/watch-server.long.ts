import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import { watchServer } from '../../../adapters/git/watch-server.ts';

test('who has the number of a server that has ended, and did not start the worker, is let be', async (t) => {
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
  t.teardown(() => stranger.kill('SIGKILL'));
  const exited = once(stranger, 'exit');
  if (stranger.pid === undefined) throw new Error('sleep could not be started');
  watchServer(stranger.pid);
  // A server that hangs is killed after 8 seconds, and one more between two looks.
  await setTimeout(11_000);
  stranger.kill('SIGTERM');
  t.deepEqual(await exited, [null, 'SIGTERM']);
});
