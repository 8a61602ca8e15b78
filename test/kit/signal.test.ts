import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { statFields } from '../../adapters/process/stat-fields.ts';
import { identityOf, type ProcessIdentity } from './process-identity.ts';
import { leftOver, processesInGroup } from './processes.ts';
import { killGroup, killIfRunning, runningPid, sendSignal } from './signal.ts';

/** Every way to send a signal. 0 is none: whatever were wrong here would reach nobody. */
const ways: Readonly<Record<string, (target: ProcessIdentity | undefined) => unknown>> = {
  sendSignal: (target) => sendSignal(target, 0),
  runningPid,
  killIfRunning: (target) => killIfRunning(target, 0),
  killGroup: (target) => killGroup(target, 0),
};

/** A process in a group of its own that ends by nothing but a signal. */
function startSleep(t: ExecutionContext) {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  const identity = identityOf(child.pid);
  if (identity === undefined) throw new Error('sleep could not be started');
  return { child, identity, exited: once(child, 'exit') };
}

/** As if the process had ended and another one had its number now. */
const reused = ({ pid, startTime }: ProcessIdentity): ProcessIdentity => ({
  pid,
  startTime: String(Number(startTime) - 1),
});

for (const [name, send] of Object.entries(ways)) {
  test(`${name} refuses where no process was found`, (t) => {
    t.throws(() => send(undefined), { message: /^There is no process for the signal/ });
  });

  test(`${name} refuses what is no number of one process`, (t) => {
    for (const pid of [0, -0, 1, -1, -process.pid, 2.5, NaN, Infinity, 2 ** 53]) {
      t.throws(() => send({ pid, startTime: '1' }), { message: /is no number of a process/ });
    }
  });

  test(`${name} refuses the process of the test and the one that started it`, (t) => {
    for (const pid of [process.pid, process.ppid]) {
      const identity = identityOf(pid);
      t.not(identity, undefined);
      t.throws(() => send(identity), { message: /is this process or the one that started it/ });
    }
  });
}

test('a signal reaches a process that was started, and what has ended since is an error', async (t) => {
  const { identity, exited } = startSleep(t);
  t.is(runningPid(identity), identity.pid);
  sendSignal(identity, 0);
  sendSignal(identity, 'SIGTERM');
  t.deepEqual(await exited, [null, 'SIGTERM']);
  t.throws(() => sendSignal(identity, 0), { message: /has ended, so nothing is done to it/ });
  t.throws(() => runningPid(identity), { message: /has ended/ });
});

test('what may have ended is killed where it runs, and let be where it does not', async (t) => {
  const { identity, exited } = startSleep(t);
  killIfRunning(identity);
  t.deepEqual(await exited, [null, 'SIGKILL']);
  t.notThrows(() => killIfRunning(identity));
});

test('a process that has the number of another one gets no signal, nor does its group', async (t) => {
  const { child, identity, exited } = startSleep(t);
  const other = reused(identity);
  t.throws(() => sendSignal(other, 'SIGKILL'), { message: /has ended/ });
  t.throws(() => runningPid(other), { message: /has ended/ });
  killIfRunning(other);
  killGroup(other);
  // The first signal that it gets is this one.
  child.kill('SIGTERM');
  t.deepEqual(await exited, [null, 'SIGTERM']);
});

test('a group is killed with its leader, and after its leader has ended', async (t) => {
  const whole = startSleep(t);
  killGroup(whole.identity);
  t.deepEqual(await whole.exited, [null, 'SIGKILL']);

  const leader = spawn('sh', ['-c', 'sleep 600 & exit 3'], { detached: true, stdio: 'ignore' });
  const identity = identityOf(leader.pid);
  t.teardown(() => killGroup(identity));
  t.deepEqual(await once(leader, 'exit'), [3, null]);
  t.is((await processesInGroup(leader.pid ?? 0)).length, 1);
  killGroup(identity);
  t.deepEqual(await leftOver(() => processesInGroup(leader.pid ?? 0)), []);
  t.notThrows(() => killGroup(identity));
});

test('the group that the tests run in is never killed', (t) => {
  const group = Number(statFields(readFileSync('/proc/self/stat', 'utf8'))[2]);
  if (group < 2) {
    t.log('left out: the group of the tests has no number here');
    t.pass();
    return;
  }
  const leader = { pid: group, startTime: identityOf(group)?.startTime ?? '' };
  t.throws(() => killGroup(leader, 0), { message: /group of the tests|is this process/ });
});
