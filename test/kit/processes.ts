import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** The ids of the processes whose environment contains `marker`, except this one. Linux only, by procfs. */
export function processesWith(marker: string): Promise<number[]> {
  return processesWhere(async (pid) => (await readFile(`/proc/${pid}/environ`)).includes(marker));
}

/** The ids of the gits that a server with this data directory runs, without the process that runs them for it. */
export async function gitsOf(directory: string): Promise<number[]> {
  const workers = await processesWithArgument('git-worker');
  const all = await processesWith(`GIT_MONITORING_SERVER=${directory}`);
  return all.filter((pid) => !workers.includes(pid));
}

/** Ends the processes whose environment contains `marker`, at once. */
export async function endAll(marker: string): Promise<void> {
  for (const pid of await processesWith(marker)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

/** The ids of the processes one of whose arguments contains `text`. Linux only, by procfs. */
export function processesWithArgument(text: string): Promise<number[]> {
  return processesWhere(async (pid) => (await readFile(`/proc/${pid}/cmdline`)).includes(text));
}

/** The ids of the processes that belong to a process group, zombies excepted. Linux only, by procfs. */
export function processesInGroup(group: number): Promise<number[]> {
  return processesWhere(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [state, , groupId] = statFields(stat);
    return state !== 'Z' && groupId === String(group);
  });
}

/**
 * What `/proc/N/stat` tells after the command: state, parent, group and more. The command stands in parentheses and may
 * hold any of them (proc_pid_stat(5)).
 */
export function statFields(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/**
 * What is still found after a grace of thirty seconds; returns as soon as nothing is. A process that was killed and is
 * no child of ours leaves without an event to wait for, and so do its files.
 */
export async function leftOver<Found>(
  find: () => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await find();
    if (found.length === 0 || Date.now() > deadline) return found;
    await setTimeout(20);
  }
}

async function processesWhere(matches: (pid: number) => Promise<boolean>): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => pid !== process.pid && (await matches(pid).catch(gone))),
  );
  return pids.filter((_, index) => found[index]);
}

/** A process may end between being listed and being read, and those of others cannot be read. */
function gone(error: NodeJS.ErrnoException): false {
  if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code ?? '')) return false;
  throw error;
}
