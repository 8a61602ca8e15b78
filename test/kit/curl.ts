/**
 * Has curl read an answer that has no end of its own, and print its status last: for two seconds, and once more for
 * longer where the machine was so slow that no answer had begun by then.
 */
export async function readEndless(curl: (seconds: number) => Promise<string>): Promise<string> {
  const printed = await curl(2);
  return printed.endsWith('000') ? curl(30) : printed;
}
