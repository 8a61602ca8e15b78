// Reads a page again and again until its standard input ends, and then prints how many milliseconds each time took, as JSON.
// It is a process of its own: whatever else a bench does would hold up the reading.
import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { drain } from './raw-get.ts';

const [url = ''] = process.argv.slice(2);

/** How long lies between one time and the next, in milliseconds. */
const pause = 2;

/** The first so many are made while the code of this process is still slow. */
const warm = 100;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ended = new AbortController();
void once(process.stdin.resume(), 'end').then(() => ended.abort());
for (let count = 0; count < warm; count++) await drain(url, { agent });
console.log('reading');
const took: number[] = [];
while (!ended.signal.aborted) {
  const begin = performance.now();
  await drain(url, { agent });
  took.push(performance.now() - begin);
  await setTimeout(pause);
}
agent.destroy();
console.log(JSON.stringify(took));
