import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import {
  identify,
  killGroup,
  killProcess,
  type ProcessIdentity,
} from '../../../adapters/process/process-identity.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

function startSleep(t: ExecutionContext) {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('sleep could not be started');
  return { child, identity: identify(child.pid), exited: once(child, 'exit') };
}

for (const [what, kill] of Object.entries({ process: killProcess, group: killGroup })) {
  test(`a ${what} is killed once`, async (t) => {
    const { identity, exited } = startSleep(t);
    t.regex(identity.startTime ?? '', /^\d+$/);
    t.true(kill(identity));
    t.deepEqual(await exited, [null, 'SIGKILL']);
    t.false(kill(identity));
  });

  test(`a stranger that has the number of a ${what} is let be`, async (t) => {
    const { child, identity, exited } = startSleep(t);
    const ended: ProcessIdentity = {
      pid: identity.pid,
      startTime: String(Number(identity.startTime) - 1),
    };
    t.false(kill(ended));
    child.kill('SIGTERM');
    t.deepEqual(await exited, [null, 'SIGTERM']);
  });
}

test('a process of which nobody knows when it began is let be', async (t) => {
  const { child, identity, exited } = startSleep(t);
  t.false(killProcess({ pid: identity.pid, startTime: undefined }));
  child.kill('SIGTERM');
  t.deepEqual(await exited, [null, 'SIGTERM']);
});

test('whoever gets the number of a process that has ended gets none of its signals', async (t) => {
  const unshare = ['--pid', '--fork', '--kill-child', '--mount-proc'];
  const writable = ['sh', '-c', 'echo 100 > /proc/sys/kernel/ns_last_pid'];
  if ((await execa('unshare', [...unshare, ...writable], { reject: false })).exitCode !== 0) {
    t.log('left out: a number that is given away again, since no PID namespace can be made here');
    t.pass();
    return;
  }
  const module = fileURLToPath(new URL('reused-numbers.ts', import.meta.url));
  const directory = await temporaryDirectory(t);
  const { stdout } = await execa('unshare', [...unshare, process.execPath, module, directory], {
    timeout: 120_000,
    // In a process group of its own: kill(2) with 0, which must not come about, leaves the namespace.
    detached: true,
  });
  t.deepEqual(JSON.parse(stdout), {
    afterAnEnd: { isProcessKilled: false, isGroupKilled: false, strangerEndedBy: 'SIGTERM' },
    whileTheGroupIsThere: { isNumberGiven: false, isGroupKilled: true },
    afterAGit: { strangerEndedBy: 'SIGTERM' },
    ofNoProcess: { killed: [], bystanderEndedBy: 'SIGTERM' },
  });
});
