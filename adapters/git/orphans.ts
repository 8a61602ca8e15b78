import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** How long it may take to read the environment of a process, in milliseconds: of one that waits for a disk it may take for ever. */
const longestRead = 1000;

/**
 * Kills what is left of an earlier run that was killed itself: every git, and any other process that ran them. On Linux
 * alone: elsewhere they end when they next write to the pipe that nobody reads any more. Waits for none of them to end.
 * @param marker what is in their environment, see {@link createGitRunner}
 */
export async function killOrphans(marker: string): Promise<void> {
  const wanted = `GIT_MONITORING_SERVER=${marker}\0`;
  const numbers = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const number of numbers) {
    // Most belong to others, and some have ended by now.
    const environment = await Promise.race([
      readFile(`/proc/${number}/environ`, 'utf8').catch(() => ''),
      setTimeout(longestRead, '', { ref: false }),
    ]);
    if (Number(number) !== process.pid && `${environment}\0`.includes(wanted)) kill(Number(number));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
