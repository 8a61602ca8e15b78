import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { leftOver } from '../kit/processes.ts';

/** Where memory cgroups are made, and what their files are called, in both versions. */
const versions = [
  { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', events: 'memory.oom_control' },
  { root: '/sys/fs/cgroup', limit: 'memory.max', events: 'memory.events' },
] as const;

export interface MemoryGroup {
  /** The directory whose `cgroup.procs` takes the id of a process. */
  readonly path: string;
  /** How many of its processes the kernel has killed for want of memory. */
  readonly oomKills: () => Promise<number>;
}

/** Makes a memory cgroup for one test; undefined where this machine or its user may make none. */
export async function memoryGroup(
  t: Pick<ExecutionContext, 'teardown'>,
  bytes: number,
): Promise<MemoryGroup | undefined> {
  for (const { root, limit, events } of versions) {
    const path = join(root, `gitmon-test-${randomUUID()}`);
    try {
      await mkdir(path);
    } catch {
      continue;
    }
    t.teardown(async () => {
      await leftOver(async () => pidsOf(path));
      await rmdir(path);
    });
    try {
      await writeFile(join(path, limit), String(bytes), { flag: 'r+' });
    } catch {
      // A directory of no cgroup, or of one without its memory controller.
      continue;
    }
    const oomKills = async () => {
      const told = await readFile(join(path, events), 'utf8');
      return Number(/^oom_kill (\d+)$/m.exec(told)?.[1] ?? 0);
    };
    return { path, oomKills };
  }
  return undefined;
}

async function pidsOf(path: string): Promise<readonly string[]> {
  const text = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter((pid) => pid !== '');
}
