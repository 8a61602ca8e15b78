import { existsSync, readFileSync } from 'node:fs';
import { statFields } from '../../adapters/process/stat-fields.ts';
import { identityOf, type ProcessIdentity } from './process-identity.ts';

/**
 * The one place from which tests send signals, as the linter sees to: kill(2) takes 0 for the group of whoever runs the
 * tests, -1 for every process of the machine, and a number that was given away again for a stranger.
 */

/** 0 is no signal, and only asks whether one could be sent: what is to be refused is tested with it. */
type Signal = NodeJS.Signals | 0;

/**
 * Sends a signal to a process that a test started or found.
 * @throws Error where there is none, where it has ended, and where it is no process of a test
 */
export function sendSignal(target: ProcessIdentity | undefined, signal: Signal): void {
  process.kill(runningPid(target), signal);
}

/**
 * The number of a process that runs, for a program that acts on a process by its number.
 * @throws Error as {@link sendSignal} does
 */
export function runningPid(target: ProcessIdentity | undefined): number {
  const { pid } = checked(target);
  if (!isRunning(target)) throw new Error(`Process ${pid} has ended, so nothing is done to it`);
  return pid;
}

/**
 * Kills a process that may have ended by itself.
 * @throws Error where there is none, and where it is no process of a test
 */
export function killIfRunning(
  target: ProcessIdentity | undefined,
  signal: Signal = 'SIGKILL',
): void {
  const { pid } = checked(target);
  if (isRunning(target)) sendIfThere(pid, signal);
}

/**
 * Kills a process group of which all may have ended by themselves.
 *
 * The kernel gives no process the number of a group that has members (`__change_pid` frees it after the last of them,
 * https://github.com/torvalds/linux/blob/v6.12/kernel/pid.c). So where the leader runs, or has ended and nobody has its
 * number, whoever is in the group belongs to it; where another process has the number, the group has come to its end.
 * Asked for soon after the leader's end: the number could meanwhile have had a whole second group and leader.
 * @param leader as it was when it was started, with `detached`
 * @throws Error where there is none, and where it is no group of a test
 */
export function killGroup(leader: ProcessIdentity | undefined, signal: Signal = 'SIGKILL'): void {
  const { pid } = checked(leader);
  if (pid === ownGroup()) throw new Error(`${pid} is the group of the tests themselves`);
  const present = identityOf(pid);
  if (present === undefined || isSame(present, leader)) sendIfThere(-pid, signal);
}

function checked(target: ProcessIdentity | undefined): ProcessIdentity {
  if (target === undefined) {
    throw new Error('There is no process for the signal: none was started, or none was found');
  }
  const { pid } = target;
  if (!Number.isSafeInteger(pid) || pid < 2) {
    throw new Error(`${pid} is no number of a process that a test has started`);
  }
  if (pid === process.pid || pid === process.ppid) {
    throw new Error(`${pid} is this process or the one that started it, and no process of a test`);
  }
  return target;
}

function isRunning(target: ProcessIdentity | undefined): boolean {
  return target !== undefined && isSame(identityOf(target.pid), target);
}

function isSame(one: ProcessIdentity | undefined, other: ProcessIdentity | undefined): boolean {
  return one !== undefined && one.pid === other?.pid && one.startTime === other.startTime;
}

/** The process group that the tests run in, the fifth field of `/proc/self/stat`; undefined where there is no procfs. */
function ownGroup(): number | undefined {
  if (!existsSync('/proc/self/stat')) return undefined;
  return Number(statFields(readFileSync('/proc/self/stat', 'utf8'))[2]);
}

/** ESRCH: it has ended meanwhile, or everybody in the group has. */
function sendIfThere(pid: number, signal: Signal): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
