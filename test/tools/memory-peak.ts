import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { ProcessIdentity } from '../kit/process-identity.ts';
import { processesWith } from '../kit/processes.ts';

/** How often memory is looked at, in milliseconds. */
const intervalMs = 1000;

/**
 * Watches the memory of all processes that have `marker` in their environment: what they have for themselves and share by
 * shm, without the files they map (RssAnon and RssShmem of proc_pid_status(5)). Linux only; elsewhere it is 0.
 * @returns stops watching, and gives the most at once, in bytes
 */
export function watchMemoryPeak(marker: string): () => Promise<number> {
  const over = new AbortController();
  let peak = 0;
  const watching = (async () => {
    while (!over.signal.aborted) {
      const each = await Promise.all((await processesWith(marker)).map(bytesOf));
      peak = Math.max(
        peak,
        each.reduce((sum, bytes) => sum + bytes, 0),
      );
      await setTimeout(intervalMs, undefined, { signal: over.signal }).catch(() => {});
    }
  })();
  return async () => {
    over.abort();
    await watching;
    return peak;
  };
}

async function bytesOf({ pid }: ProcessIdentity): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map(([, number]) =>
    Number(number),
  );
  return kilobytes.reduce((sum, each) => sum + each, 0) * 1024;
}
