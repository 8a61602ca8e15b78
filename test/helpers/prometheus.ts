import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { z } from 'zod';
import { temporaryDirectory } from './temporary-directory.ts';

type Labels = Readonly<Record<string, string>>;

export interface Prometheus {
  /** What a query gives at a time in epoch seconds, now if none is given: each series by its labels. */
  query(
    promql: string,
    time?: number,
  ): Promise<readonly { readonly labels: Labels; readonly value: number }[]>;
  /** What a query gives every `step` seconds from `start` to `end`. */
  queryRange(
    promql: string,
    range: { readonly start: number; readonly end: number; readonly step: number },
  ): Promise<readonly { readonly labels: Labels; readonly values: readonly number[] }[]>;
  /** Waits for the end of a scrape that begins from now on, and gives the time of its samples in epoch seconds. */
  scraped(): Promise<number>;
}

const job = 'git-monitoring-server';

const number = z.string().transform((text) => Number(text.replace('Inf', 'Infinity')));
const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), number]);
const vector = z.object({
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: labels, value: sample })),
  }),
});
const matrix = z.object({
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: labels, values: z.array(sample) })),
  }),
});

/**
 * Starts a real Prometheus for one test, on a free port and with a directory of its own, which scrapes `target` (a url)
 * every second, and waits until it has done so.
 */
export async function startPrometheus(
  t: Pick<ExecutionContext, 'teardown'>,
  {
    path,
    target,
    rules = [],
  }: {
    readonly path: string;
    readonly target: string;
    /** Files of rules, evaluated every second. */
    readonly rules?: readonly string[] | undefined;
  },
): Promise<Prometheus> {
  const directory = await temporaryDirectory(t);
  const config = join(directory, 'prometheus.yml');
  await writeFile(config, render(target, rules));
  const origin = await run(t, path, [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
    // Else a sample's time may be that of a scrape as it was planned, 2 ms after it really began.
    '--no-scrape.adjust-timestamps',
  ]);

  const ask = async (
    route: string,
    parameters: Readonly<Record<string, string | number>>,
  ): Promise<unknown> => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) body.set(name, String(value));
    const response = await fetch(`${origin}/api/v1/${route}`, { method: 'POST', body });
    const text = await response.text();
    if (!response.ok) throw new Error(`Prometheus refused ${body.toString()}: ${text}`);
    const answer: unknown = JSON.parse(text);
    return answer;
  };
  const query: Prometheus['query'] = async (promql, time = Date.now() / 1000) => {
    const { data } = vector.parse(await ask('query', { query: promql, time }));
    return data.result.map(({ metric, value }) => ({ labels: metric, value: value[1] }));
  };
  const scraped = async () => {
    const now = Date.now() / 1000;
    const deadline = now + 30;
    for (;;) {
      const [last] = await query(`timestamp(up{job="${job}"}) and up{job="${job}"} == 1`);
      if (last !== undefined && last.value > now) return last.value;
      if (Date.now() / 1000 > deadline) throw new Error(`${target} was not scraped`);
      // Prometheus tells nobody of a scrape, so it has to be asked.
      await setTimeout(50);
    }
  };
  await scraped();

  return {
    query,
    async queryRange(promql, range) {
      const { data } = matrix.parse(await ask('query_range', { query: promql, ...range }));
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        values: values.map(([, value]) => value),
      }));
    },
    scraped,
  };
}

function render(target: string, rules: readonly string[]): string {
  const { host } = new URL(target);
  return `global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
rule_files: ${JSON.stringify(rules)}
scrape_configs:
  - job_name: ${job}
    static_configs:
      - targets: ['${host}']
`;
}

/** Starts it, waits until it is ready, and says where it listens. */
async function run(
  t: Pick<ExecutionContext, 'teardown'>,
  path: string,
  args: readonly string[],
): Promise<string> {
  const running = execa(path, args, {
    reject: false,
    extendEnv: false,
    forceKillAfterDelay: 10_000,
  });
  t.teardown(async () => {
    running.kill();
    await running;
  });
  const ended = new AbortController();
  void running.then(({ stderr }) => ended.abort(new Error(`Prometheus ended: ${stderr}`)));
  let log = '';
  running.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  for (;;) {
    const address = /msg="Listening on".* address=(\S+)/.exec(log)?.[1];
    if (address !== undefined && log.includes('Server is ready')) return `http://${address}`;
    await once(running.stderr, 'data', { signal: ended.signal });
  }
}
