import { url as inspectorUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';

/** How often the main thread says that it runs, in milliseconds. */
const interval = 500;

/** What the main thread tells the watchdog, by index: how often it has run, and whether a debugger may have paused it. */
export const beats = 0;
export const isInspected = 1;

/**
 * Has a thread kill this process where its main thread does not run for 8 seconds, as when a read of a disk hangs: such a
 * thread hears no signal either, and SIGTERM is to end the server within 10. Time without a processor does not count.
 */
export function startWatchdog(): void {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const beat = () => {
    Atomics.store(shared, isInspected, Number(inspectorUrl() !== undefined));
    Atomics.add(shared, beats, 1);
  };
  setInterval(beat, interval).unref();
  const module = new URL(`./watchdog-thread.${extension}`, import.meta.url);
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };
  new Worker(module, { workerData: shared, resourceLimits }).unref();
}
