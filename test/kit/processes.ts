import { readdir, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { statFields } from '../../adapters/process/stat-fields.ts';
import { identityOf, type ProcessIdentity } from './process-identity.ts';
import { killIfRunning } from './signal.ts';

/** The processes whose environment contains `marker`, except this one. Linux only, by procfs. */
export function processesWith(marker: string): Promise<ProcessIdentity[]> {
  return processesWhere(async (pid) => (await readFile(`/proc/${pid}/environ`)).includes(marker));
}

/** The gits that a server with this data directory runs, without the process that runs them for it. */
export async function gitsOf(directory: string): Promise<ProcessIdentity[]> {
  const workers = await processesWithArgument('git-worker');
  const all = await processesWith(`GIT_MONITORING_SERVER=${directory}`);
  return without(all, workers);
}

/** The processes that run git for a server with this data directory: one, but for the moment of a restart. */
export async function workersOf(directory: string): Promise<ProcessIdentity[]> {
  const gits = await gitsOf(directory);
  return without(await processesWith(`GIT_MONITORING_SERVER=${directory}`), gits);
}

/** Ends the processes whose environment contains `marker`, at once. */
export async function endAll(marker: string): Promise<void> {
  for (const each of await processesWith(marker)) killIfRunning(each);
}

/** The processes one of whose arguments contains `text`. Linux only, by procfs. */
export function processesWithArgument(text: string): Promise<ProcessIdentity[]> {
  return processesWhere(async (pid) => (await readFile(`/proc/${pid}/cmdline`)).includes(text));
}

/** The processes that belong to a process group, zombies excepted. Linux only, by procfs. */
export function processesInGroup(group: number): Promise<ProcessIdentity[]> {
  return processesWhere(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [state, , groupId] = statFields(stat);
    return state !== 'Z' && groupId === String(group);
  });
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

async function processesWhere(
  matches: (pid: number) => Promise<boolean>,
): Promise<ProcessIdentity[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  // Identified before it is looked at: whoever has this start time later is the one that was looked at.
  const all = pids.map(identityOf).filter((each) => each !== undefined);
  const found = await Promise.all(
    all.map(async ({ pid }) => pid !== process.pid && (await matches(pid).catch(gone))),
  );
  return all.filter((_, index) => found[index]);
}

function without(
  all: readonly ProcessIdentity[],
  others: readonly ProcessIdentity[],
): ProcessIdentity[] {
  const pids = new Set(others.map(({ pid }) => pid));
  return all.filter(({ pid }) => !pids.has(pid));
}

/** A process may end between being listed and being read, and those of others cannot be read. */
function gone(error: NodeJS.ErrnoException): false {
  if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code ?? '')) return false;
  throw error;
}
