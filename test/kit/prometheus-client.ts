import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

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

export const job = 'git-monitoring-server';

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

/** Asks the Prometheus at an origin. */
export function connectPrometheus(origin: string): Prometheus {
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
      if (Date.now() / 1000 > deadline) throw new Error('the server was not scraped');
      // Prometheus tells nobody of a scrape, so it has to be asked.
      await setTimeout(50);
    }
  };

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
