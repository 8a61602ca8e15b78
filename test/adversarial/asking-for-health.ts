import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** How long `/healthz` took to be answered, in milliseconds. */
interface HealthTimes {
  readonly p99: number;
  readonly worst: number;
  readonly count: number;
}

/** Asks a server for `/healthz` 50 times a second, one after the other, until it is told to stop. */
export function askingForHealth(url: string): { readonly stop: () => Promise<HealthTimes> } {
  const over = new AbortController();
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const asked = request(`${url}/healthz`, { agent }, (response) => {
        response.resume().once('end', resolve);
      });
      asked.once('error', reject).end();
    });
  const run = async () => {
    while (!over.signal.aborted) {
      const begin = performance.now();
      await ask();
      times.push(performance.now() - begin);
      await setTimeout(20);
    }
  };
  const running = run();
  // Whoever stops it is told.
  running.catch(() => {});
  return {
    stop: async () => {
      over.abort();
      await running.finally(() => agent.destroy());
      const sorted = times.toSorted((a, b) => a - b);
      return {
        p99: sorted[Math.floor(sorted.length * 0.99)] ?? Infinity,
        worst: sorted.at(-1) ?? Infinity,
        count: sorted.length,
      };
    },
  };
}
