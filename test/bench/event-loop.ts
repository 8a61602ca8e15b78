import { Agent } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { addProject } from './product.ts';
import { drain, rawGet } from './raw-get.ts';
import { median } from './pairs.ts';
import { figureRow, type Row } from './table.ts';

/** How many histories are made, each for the first time; the figure is the median. */
const makings = 5;

/** Between one question and the next, in milliseconds. */
const pause = 1;

/** How long making a history may take, in milliseconds. */
const longest = 60_000;

/**
 * How long others wait, at most, while a history is made for the first time. Seen from outside, by asking for `/healthz`
 * all the while, so whatever holds the process counts: the longest answer but for what an answer usually takes.
 */
export async function holdRow(
  encoding: 'gzip' | 'identity',
  server: string,
  url: string,
  signal: AbortSignal,
): Promise<Row> {
  // The name is in the document, so each is made for itself; those of one url, added at once, share one fetch.
  const names = Array.from({ length: makings }, () => crypto.randomUUID());
  await Promise.all(names.map((name) => addProject(server, name, url, signal)));
  const holds: number[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    // Thrown away, since putting it together would hold up the one who asks.
    const made = drain(`${server}/json/${name}`, { headers: { 'accept-encoding': encoding } });
    holds.push(await longestHold(server, made));
  }
  return figureRow(`/json made, ${encoding}, longest hold`, 'ms', median(holds), 20);
}

async function longestHold(server: string, work: Promise<unknown>): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const took: number[] = [];
  const done = new AbortController();
  const finished = work.finally(() => done.abort());
  const begin = performance.now();
  while (!done.signal.aborted && performance.now() - begin < longest) {
    const asked = performance.now();
    await rawGet(`${server}/healthz`, { agent });
    took.push(performance.now() - asked);
    await setTimeout(pause);
  }
  agent.destroy();
  await finished;
  return Math.max(...took) - median(took);
}
