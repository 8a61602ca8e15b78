/** How many rewrites of a history keep the commits they lost, and how many of them each. */
export const keptRewrites = 100;
export const lostCommitsKept = 1000;

/** How many rewrites of a history are kept: older ones are dropped. */
export const maxRewrites = 10_000;

/** How many of the newest rewrites a page leaves out that begins where `rest` are left of `total`. */
export function rewritesToSkip(total: number, rest: number | undefined): number {
  return Math.max(0, total - (rest ?? total));
}
