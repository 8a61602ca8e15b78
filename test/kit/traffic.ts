/** A request that was answered as it had to be. */
interface Sent {
  readonly method: string;
  readonly endpoint: string;
  readonly status: number;
  /** From just before it was sent until all of its answer was there. */
  readonly seconds: number;
}

interface Answered {
  readonly headers: Headers;
  readonly text: string;
}

/** Sends requests to a server and remembers what its metrics must tell of them. */
export interface Traffic {
  readonly sent: readonly Sent[];
  /**
   * Sends a request that counts under `endpoint`, and gives the answer.
   * @throws Error where the status is another one
   */
  send(endpoint: string, status: number, path: string, init?: RequestInit): Promise<Answered>;
  /** How many were sent to endpoints that the pattern matches, and answered with one of these statuses if any are given. */
  count(endpoint: RegExp, statuses?: readonly number[]): number;
  /** How long those took together, as far as a client can tell. */
  seconds(endpoint: RegExp): number;
}

/** A request that brings a body. */
export function post(body: string, headers: Readonly<Record<string, string>> = {}) {
  return { method: 'POST', body, headers };
}

export function createTraffic(origin: string): Traffic {
  const sent: Sent[] = [];
  const matching = (endpoint: RegExp) => sent.filter((each) => endpoint.test(each.endpoint));
  return {
    sent,
    async send(endpoint, status, path, init = {}) {
      const method = init.method ?? 'GET';
      const begin = performance.now();
      const answer = await fetch(`${origin}${path}`, { redirect: 'manual', ...init });
      const text = await answer.text();
      if (answer.status !== status) {
        throw new Error(`${method} ${path}: ${answer.status} and not ${status}: ${text}`);
      }
      sent.push({ method, endpoint, status, seconds: (performance.now() - begin) / 1000 });
      return { headers: answer.headers, text };
    },
    count: (endpoint, statuses) =>
      matching(endpoint).filter(({ status }) => statuses?.includes(status) ?? true).length,
    seconds: (endpoint) => matching(endpoint).reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** A counter of requests in one line, by its labels or by what counts there. */
export function series(labels: {
  readonly method?: string;
  readonly endpoint?: string;
  readonly http_status?: string;
  readonly status?: number;
}): string {
  return `${labels.method} ${labels.endpoint} ${labels.http_status ?? labels.status}`;
}

/** How often each is there, a line each in the order of the alphabet. */
export function tally(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, times]) => `${name}: ${times}`).toSorted();
}
