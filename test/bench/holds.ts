import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it is looked whether the thread is free, in milliseconds. */
const resolution = 2;

export interface Watched<Result> {
  readonly result: Result;
  readonly milliseconds: number;
  /** For how long this thread was held up, at most and in all but a thousandth of the looks, in milliseconds. */
  readonly longest: number;
  readonly almostLongest: number;
  /** The most processor time that this thread took between two looks, in milliseconds, whatever else the machine does. */
  readonly mostTaken: number;
}

/** Does something, and watches how this thread's event loop is held up meanwhile, beyond what an idle one shows. */
export async function watchHolds<Result>(work: () => Promise<Result>): Promise<Watched<Result>> {
  const delay = monitorEventLoopDelay({ resolution });
  let [before, mostTaken] = [taken(), 0];
  const look = () => {
    const now = taken();
    mostTaken = Math.max(mostTaken, now - before);
    before = now;
  };
  const looking = setInterval(look, resolution);
  const begin = performance.now();
  delay.enable();
  const result = await work();
  const milliseconds = performance.now() - begin;
  // A hold is seen by the look that comes after it.
  await new Promise((resolve) => setTimeout(resolve, 2 * resolution));
  delay.disable();
  clearInterval(looking);
  return {
    result,
    milliseconds,
    longest: delay.max / 1e6 - resolution,
    almostLongest: delay.percentile(99.9) / 1e6 - resolution,
    mostTaken,
  };
}

function taken(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
