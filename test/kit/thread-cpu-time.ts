/**
 * Does some work, and tells how much processor time it took this thread, in milliseconds: on a busy machine the clock
 * runs on while the thread waits for its turn, the processor time does not.
 */
export async function threadCpuTime<Result>(
  work: () => Result,
): Promise<{ readonly result: Awaited<Result>; readonly milliseconds: number }> {
  const before = process.threadCpuUsage();
  const result = await work();
  const { user, system } = process.threadCpuUsage(before);
  return { result, milliseconds: (user + system) / 1000 };
}
