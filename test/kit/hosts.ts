import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { z } from 'zod';
import { createByteCache } from '../../adapters/cache/lru.ts';
import { createEvents } from '../../adapters/events/events.ts';
import { createJobs } from '../../adapters/jobs/jobs.ts';
import { createPrometheusMetrics } from '../../adapters/metrics/prometheus.ts';
import { createQueue } from '../../adapters/queue/queue.ts';
import { createMemoryStore } from '../../adapters/memory/memory.ts';
import type { RefreshPolicy, StorePort } from '../../domain/index.ts';
import type { ServerStatus } from '../../handlers/contract/ports.ts';
import { allowHosts, createAccessGuard, endpoints, type GateRules } from '../../handlers/index.ts';
import { countAnswersInFlight, type Budgets } from '../../handlers/contract/answers-in-flight.ts';
import {
  createHapiServer,
  type HapiServerOptions,
  type HttpServer,
} from '../../handlers/hosts/hapi/server.ts';
import { healthyStatus, createFakeGit, type FakeGit } from './fake-ports.ts';
import { createNodeHost } from './node-host.ts';

/** The fields of a log line that tests look at. */
const logLine = z.object({
  level: z.number(),
  msg: z.string(),
  req: z.object({ id: z.string(), method: z.string(), url: z.string() }).optional(),
  res: z.object({ statusCode: z.number().nullable() }).optional(),
  outcome: z.string().optional(),
  detail: z.string().optional(),
  err: z.object({ message: z.string(), stack: z.string() }).optional(),
});

type LogLine = z.infer<typeof logLine>;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Serving {
  readonly origin: string;
  readonly git: FakeGit;
  readonly store: StorePort;
  /** Sends a path as it stands, without making it nicer as `fetch` does. */
  ask(path: string, options?: AskOptions): Promise<Answer>;
  /** Adds a project and expects that to work. */
  add(name: string, url: string): Promise<void>;
  /** Stops the server, which the end of the test does too. */
  stop(graceMs: number, force?: AbortSignal): Promise<void>;
  /** Resolves when the next request has joined or started a fetch. */
  joined(): Promise<void>;
  /** The log so far, and as it was written. */
  readonly log: readonly LogLine[];
  readonly logText: readonly string[];
  /** Resolves with the first line, logged already or yet to come, that fits. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
}

interface ServeOptions {
  readonly host?: string;
  readonly port?: number;
  readonly concurrency?: number;
  readonly maxProjects?: number;
  readonly timeoutSeconds?: number;
  readonly cacheBytes?: number;
  readonly rules?: RefreshPolicy;
  readonly origins?: readonly string[];
  readonly gateRules?: GateRules;
  readonly openSession?: (token: string) => string | undefined;
  readonly closeSession?: (session: string) => void;
  readonly maxConnections?: number;
  readonly peerOf?: HapiServerOptions['peerOf'];
  readonly status?: ServerStatus;
  readonly budgets?: Partial<Budgets>;
}

/** Those of the program with its standard settings. */
const loopbackRules = { hosts: { allows: allowHosts([]), exemptProbes: false } };

type Host = (options: HapiServerOptions) => Promise<HttpServer>;

type Serve = (t: ExecutionContext, options?: ServeOptions) => Promise<Serving>;

const hosts: Readonly<Record<string, Host>> = {
  hapi: createHapiServer,
  fetch: createNodeHost,
};

/** A test of what every host has in common, once over each. */
export function contract(
  title: string,
  run: (t: ExecutionContext, serve: Serve) => Promise<void>,
  declare: typeof test.serial = test,
): void {
  for (const [name, host] of Object.entries(hosts)) {
    declare(`${title} [${name}]`, (t) =>
      run(t, (running, options) => startHost(running, host, options)),
    );
  }
}

/** A whole server on a free port over a git that is not there; it is gone when the test ends. */
export const serve: Serve = (t, options) => startHost(t, createHapiServer, options);

async function startHost(
  t: ExecutionContext,
  createHost: Host,
  options: ServeOptions = {},
): Promise<Serving> {
  const { host = '127.0.0.1', port: wanted = 0 } = options;
  const { concurrency = 4, maxProjects = 100, timeoutSeconds = 60, cacheBytes = 1e7 } = options;
  const log: LogLine[] = [];
  const text: string[] = [];
  const listeners = new Set<() => void>();
  const write = (line: string) => {
    log.push(logLine.parse(JSON.parse(line)));
    text.push(line);
    for (const tell of listeners) tell();
  };
  const git = createFakeGit();
  const queue = createQueue({ concurrency });
  const joining: (() => void)[] = [];
  const over = new AbortController();
  const events = createEvents();
  const jobs = createJobs({
    ended: over.signal,
    changed: (job) => events.publish({ type: 'job', data: job }),
  });
  const store = createMemoryStore();
  const inFlight = countAnswersInFlight(options.budgets);
  const metrics = createPrometheusMetrics({ endpoints, version: '1.2.3', maxProjects: 500 });
  const server = await createHost({
    ports: {
      events,
      status: { read: async () => options.status ?? healthyStatus },
      jobs,
      git,
      store,
      queue: {
        ...queue,
        singleFlight: (...given) => {
          const running = queue.singleFlight(...given);
          for (const tell of joining.splice(0)) tell();
          return running;
        },
      },
      cache: createByteCache({
        maxBytes: cacheBytes,
        asked: metrics.cacheRequest,
        mayGather: inFlight.mayGather,
      }),
      metrics,
    },
    version: '1.2.3',
    origins: options.origins,
    gate: createAccessGuard(options.gateRules ?? loopbackRules),
    host,
    port: wanted,
    maxConnections: options.maxConnections ?? 100,
    peerOf: options.peerOf,
    openSession: options.openSession,
    closeSession: options.closeSession,
    logger: pino({ base: null }, { write }),
    limits: { maxProjects, timeoutSeconds, rules: options.rules },
    inFlight,
    over,
  });
  const origin = await server.start();
  let stopping: Promise<void> | undefined;
  const stop: Serving['stop'] = (graceMs, force) => (stopping ??= server.stop(graceMs, force));
  t.teardown(async () => {
    over.abort();
    await stop(0);
    await jobs.settled();
  });

  const ask: Serving['ask'] = async (path, asked = {}) => {
    const { method = 'GET', headers = {}, body } = asked;
    const { hostname, port } = new URL(origin);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asking = request({ hostname, port, path, method, headers, agent: false }, resolve);
      asking.on('error', reject).end(body);
    });
    const { statusCode = 0, headers: received } = response;
    return { status: statusCode, headers: received, text: await readText(response) };
  };
  return {
    origin,
    git,
    store,
    ask,
    stop,
    log,
    logText: text,
    joined: () => new Promise((resolve) => void joining.push(resolve)),
    async add(name, url) {
      const answer = await ask(`/add/${name}`, { method: 'POST', body: url });
      t.is(answer.status, 200, answer.text);
    },
    async logged(fits) {
      const { promise, resolve } = Promise.withResolvers<LogLine>();
      const look = () => {
        const line = log.find(fits);
        if (line !== undefined) resolve(line);
      };
      listeners.add(look);
      look();
      return promise.finally(() => listeners.delete(look));
    },
  };
}
