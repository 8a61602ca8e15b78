import { existsSync } from 'node:fs';
import { identify } from '../../adapters/process/process-identity.ts';

/**
 * A process that a test started or found. Its number is given to another one once it has ended, its start time is not:
 * together they name one process for as long as the machine runs.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** In ticks of the clock since the machine started; empty where there is no procfs. */
  readonly startTime: string;
}

const hasProcfs = existsSync('/proc/self/stat');

/**
 * The identity of the process that now has this number, undefined where none has. Of a child it is to be asked in the
 * turn that starts it: until its end has been heard, which takes another turn, its number cannot belong to anybody else.
 */
export function identityOf(pid: number | undefined): ProcessIdentity | undefined {
  if (pid === undefined) return undefined;
  if (!hasProcfs) return { pid, startTime: '' };
  const { startTime } = identify(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}
