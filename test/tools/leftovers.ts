import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from '../kit/process-identity.ts';
import { endAll, leftOver, processesWith } from '../kit/processes.ts';

/**
 * What a run of tests has left behind, in words: processes, files and mounts. Each process of the run has the run's
 * temporary directory in its environment, by which it is found and then ended. A listening socket ends with its process.
 */
export async function takeLeftovers(directory: string): Promise<readonly string[]> {
  const left = await leftOver(() => processesWith(directory));
  const processes = await Promise.all(left.map(describe));
  await endAll(directory);
  const files = await readdir(directory, { recursive: true });
  const mounts = (await readFile('/proc/self/mounts', 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line.includes(directory));
  return [
    ...processes,
    ...files.map((name) => `file ${join(directory, name)}`),
    ...mounts.map((line) => `mount ${line}`),
  ];
}

async function describe({ pid }: ProcessIdentity): Promise<string> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return `process ${pid} ${command.replaceAll('\0', ' ').trim()}`;
}
