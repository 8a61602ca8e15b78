import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { identify, killProcess } from '../process/process-identity.ts';

/** How long it may take to read the environment of a process, in milliseconds: of one that waits for a disk it may take for ever. */
const readTimeoutMs = 1000;

/**
 * Kills what is left of an earlier run that was killed itself: every git, and any other process that ran them. On Linux
 * alone: elsewhere they end when they next write to the pipe that nobody reads any more. Waits for none of them to end.
 * @param processTag what is in their environment, see {@link createGitRunner}
 */
export async function killOrphans(processTag: string): Promise<void> {
  const variable = `GIT_MONITORING_SERVER=${processTag}\0`;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // Before its environment is read, which takes time: whoever begins with the number meanwhile is not the one read.
    const candidate = identify(Number(pid));
    // Most belong to others, and some have ended by now.
    const environment = await Promise.race([
      readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
      setTimeout(readTimeoutMs, '', { ref: false }),
    ]);
    if (candidate.pid !== process.pid && `${environment}\0`.includes(variable)) {
      killProcess(candidate);
    }
  }
}
