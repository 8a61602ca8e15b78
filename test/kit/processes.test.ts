import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import test from 'ava';
import { killGroup } from './git.ts';
import { leftOver, processesInGroup, processesWith } from './processes.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('processes are found by a marker in their environment and by their group until they end', async (t) => {
  const marker = crypto.randomUUID();
  t.deepEqual(await processesWith(marker), []);
  const child = spawn('sh', ['-c', 'echo running; cat; true'], {
    env: { PATH: process.env['PATH'], MARKER: marker },
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const { pid = 0 } = child;
  t.teardown(() => killGroup(pid));
  // A process that has only just begun does not show its environment yet.
  await once(child.stdout, 'data');
  t.true((await processesWith(marker)).includes(pid));
  t.true((await processesInGroup(pid)).includes(pid));

  killGroup(pid);
  await ended;
  t.deepEqual(await leftOver(() => processesWith(marker)), []);
  t.deepEqual(await leftOver(() => processesInGroup(pid)), []);
  t.notThrows(() => killGroup(pid));
});

test('a temporary directory is gone when its test is over', async (t) => {
  const teardowns: (() => unknown)[] = [];
  const directory = await temporaryDirectory({ teardown: (fn) => teardowns.push(fn) });
  await access(directory);
  t.is(teardowns.length, 1);
  await teardowns[0]?.();
  await t.throwsAsync(access(directory), { code: 'ENOENT' });
});
