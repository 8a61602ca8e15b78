import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import test from 'ava';
import { identityOf } from './process-identity.ts';
import { leftOver, processesInGroup, processesWith } from './processes.ts';
import { killGroup } from './signal.ts';
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
  const leader = identityOf(child.pid);
  if (leader === undefined) throw new Error('sh could not be started');
  t.teardown(() => killGroup(leader));
  // A process that has only just begun does not show its environment yet.
  await once(child.stdout, 'data');
  const isIt = ({ pid, startTime }: typeof leader) =>
    pid === leader.pid && startTime === leader.startTime;
  t.true((await processesWith(marker)).some(isIt));
  t.true((await processesInGroup(leader.pid)).some(isIt));

  killGroup(leader);
  await ended;
  t.deepEqual(await leftOver(() => processesWith(marker)), []);
  t.deepEqual(await leftOver(() => processesInGroup(leader.pid)), []);
  t.notThrows(() => killGroup(leader));
});

test('a temporary directory is gone when its test is over', async (t) => {
  const teardowns: (() => unknown)[] = [];
  const directory = await temporaryDirectory({ teardown: (fn) => teardowns.push(fn) });
  await access(directory);
  t.is(teardowns.length, 1);
  await teardowns[0]?.();
  await t.throwsAsync(access(directory), { code: 'ENOENT' });
});
