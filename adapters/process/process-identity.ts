import { readFileSync } from 'node:fs';
import { statFields } from './stat-fields.ts';

/** One process, which its number alone does not name: the kernel gives it to another one after the end. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in ticks since the start of the machine; undefined where the system does not say. */
  readonly startTime: string | undefined;
}

/**
 * The process that has this number now. Of a child it is to be asked in the turn that starts it: nobody else can have the
 * number before Node.js has heard of its end. Some 20 µs.
 */
export function identify(pid: number): ProcessIdentity {
  return { pid, startTime: startTimeOf(pid) };
}

/**
 * Kills a process unless it has ended, whoever has its number now.
 * @returns whether it was killed: never where the system does not say when a process began
 */
export function killProcess({ pid, startTime }: ProcessIdentity): boolean {
  if (startTime === undefined || startTimeOf(pid) !== startTime) return false;
  return kill(pid, pid);
}

/**
 * Kills everybody in a process group, also where its leader has ended, unless a stranger has the leader's number. No number
 * is given away while a group has it (`__change_pid`, https://github.com/torvalds/linux/blob/v6.12/kernel/pid.c), so whoever
 * has the number shows that the group has come to its end. To be called by when the leader's end is heard, not later: after
 * that a stranger can have had a group under the number, and left it. Where the system does not say when a process began,
 * that has to do.
 * @returns whether anybody was there
 */
export function killGroup(leader: ProcessIdentity): boolean {
  const present = startTimeOf(leader.pid);
  const isReused =
    present !== undefined && leader.startTime !== undefined && present !== leader.startTime;
  return !isReused && kill(leader.pid, -leader.pid);
}

/** @param target for kill(2), in which 0, 1 and -1 would be this group, the system's first process, and everybody */
function kill(pid: number, target: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 2) return false;
  try {
    process.kill(target, 'SIGKILL');
    return true;
  } catch (error) {
    // Everybody meant has ended.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/** Field 22 of `/proc/N/stat`. */
function startTimeOf(pid: number): string | undefined {
  try {
    return statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'))[19];
  } catch {
    return undefined;
  }
}
