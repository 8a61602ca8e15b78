import type { Readable } from 'node:stream';

/** Calls back with each line that is not empty; a longer one is truncated. */
export function eachLine(
  stream: Readable,
  separator: string | RegExp,
  maxLength: number,
  onLine: (line: string) => void,
): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(separator);
    rest = (lines.pop() ?? '').slice(0, maxLength);
    for (const line of lines) if (line !== '') onLine(line.slice(0, maxLength));
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
  // A pipe that breaks because the group was killed is no news.
  stream.on('error', () => {});
}
