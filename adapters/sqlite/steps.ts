/** Long work, which stops at each `yield` so that other work of its thread can come between, and returns its result. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Whether what a call returned is such work. */
export function isSteps(value: unknown): value is Steps<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && 'next' in value;
}
