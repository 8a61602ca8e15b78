import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { processorTime } from './processes.ts';
import type { Headers } from './raw-get.ts';

const run = promisify(execFile);

/** Over how many connections, all kept alive, a load comes, and for how many seconds. */
const connections = 32;
const duration = 1;

/** When a load that does not end is given up, in milliseconds. */
const timeout = 30_000;

export interface Target {
  /** The server's. */
  readonly pid: number;
  readonly url: string;
  readonly headers: Headers;
}

interface Rate {
  /** Answers a second. */
  readonly perSecond: number;
  /** What one answer takes of the server's processor time, or of all time where that is not known, in milliseconds. */
  readonly each: number;
  /** Answers for a second of the server's processor time, whatever else the machine does; NaN where it is not known. */
  readonly perProcessorSecond: number;
}

/** Asks for as much as a server can answer. */
export type Loader = (target: Target) => Promise<Rate>;

/** `wrk` where it is installed, since it takes the least of the machine; else autocannon. */
export async function findLoader(signal: AbortSignal): Promise<Loader> {
  const ask = await findClient(signal);
  return async (target) => {
    const before = await processorTime(target.pid);
    const { answers, seconds } = await ask(target);
    const taken = ((await processorTime(target.pid)) ?? NaN) - (before ?? NaN);
    const each = (1000 * (Number.isNaN(taken) ? seconds : taken)) / answers;
    return { perSecond: answers / seconds, each, perProcessorSecond: answers / taken };
  };
}

interface Answered {
  readonly answers: number;
  readonly seconds: number;
}

async function findClient(signal: AbortSignal): Promise<(target: Target) => Promise<Answered>> {
  const options = { signal, timeout };
  const isThere = await run('sh', ['-c', 'command -v wrk'], options).catch(() => undefined);
  signal.throwIfAborted();
  if (isThere !== undefined) {
    return async ({ url, headers }) => {
      const args = ['-t1', `-c${connections}`, `-d${duration}s`, ...headerArgs(headers, ': '), url];
      return readWrk((await run('wrk', args, options)).stdout);
    };
  }
  const autocannon = fileURLToPath(import.meta.resolve('autocannon'));
  return async ({ url, headers }) => {
    const load = ['-c', String(connections), '-d', String(duration), ...headerArgs(headers, '=')];
    const args = [autocannon, '--json', '--no-progress', ...load, url];
    return readAutocannon((await run(process.execPath, args, options)).stdout);
  };
}

function headerArgs(headers: Headers, separator: string): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => ['-H', name + separator + value]);
}

function readWrk(said: string): Answered {
  const [, answers, seconds] = /(\d+) requests in ([\d.]+)s/.exec(said) ?? [];
  if (answers === undefined || /^\s*(?:Non-2xx|Socket errors)/m.test(said)) {
    throw new Error(`wrk met something else than answers: ${said}`);
  }
  return { answers: Number(answers), seconds: Number(seconds) };
}

const autocannonResult = z.object({
  duration: z.number(),
  errors: z.literal(0),
  '2xx': z.number(),
  '3xx': z.number(),
  '4xx': z.literal(0),
  '5xx': z.literal(0),
});

function readAutocannon(said: string): Answered {
  const result = autocannonResult.parse(JSON.parse(said));
  return { answers: result['2xx'] + result['3xx'], seconds: result.duration };
}
