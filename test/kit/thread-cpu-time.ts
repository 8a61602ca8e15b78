/**
 * Does some work, and tells how much processor time it took this thread, in milliseconds: on a busy machine the clock
 * runs on while the thread waits for its turn, the processor time does not.
 */
export async function threadCpuTime<Result>(
  work: () => Result | Promise<Result>,
): Promise<{ readonly result: Result; readonly milliseconds: number }> {
  const before = process.threadCpuUsage();
  const working = work();
  // Awaited where that is needed alone: the tests of a file that begin meanwhile would count.
  const result = working instanceof Promise ? await working : working;
  const { user, system } = process.threadCpuUsage(before);
  return { result, milliseconds: (user + system) / 1000 };
}
