import { setTimeout } from 'node:timers/promises';

/** Looks again and again until something holds, for a minute at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 60_000; !(await holds()); await setTimeout(20)) {
    if (performance.now() > end) throw new Error('it did not come to hold within a minute');
  }
}
