import { readFileSync } from 'node:fs';
import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { constants as os, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createDirectEgress } from './adapters/egress/direct.ts';
import { openGit, UnusableGit } from './adapters/git/open-git.ts';
import { printHistory } from './adapters/git/print-history.ts';
import { DomainError } from './domain/errors.ts';
import { parseRepositoryUrl } from './domain/project.ts';
import { ConfigError, settings } from './settings.ts';

/** A server with everything it works with, made but not listening yet. */
export interface Server {
  /**
   * Starts to listen.
   * @returns the url it answers at
   */
  start(): Promise<string>;
  /** Stops listening, gives running requests 8 seconds, ends git and removes what was only for this run. */
  stop(): Promise<void>;
}

/** How long a request that runs may go on once the server is told to stop, in milliseconds. */
const grace = 8000;

/**
 * Makes the server that an environment asks for.
 * @param env the variables of the README's table, and `PATH` to find git in
 * @throws ConfigError for values that cannot be used, UnusableGit for a git that cannot
 */
export async function createServer(env: NodeJS.ProcessEnv): Promise<Server> {
  // What only the server needs is loaded here and not above: `log` is done in less time than all of it takes.
  const [{ readConfig }, { everyAddress, publicAddresses }, { createEgress }] = await Promise.all([
    import('./config.ts'),
    import('./adapters/egress/address-policy.ts'),
    import('./adapters/egress/proxy.ts'),
  ]);
  const config = readConfig(env);
  const egress = createEgress({
    policy: isLoopback(config.HOST) ? everyAddress : publicAddresses(config.ALLOWED_NETWORKS),
  });
  const temporary = config.DATA_DIR === undefined ? await temporaryDirectory() : undefined;
  const directory = temporary ?? resolve(config.DATA_DIR ?? '');
  try {
    await makeWritable(directory);
    const {
      tools,
      warning,
      version: gitVersion,
    } = await openGit({
      directory,
      egress,
      path: env['PATH'] ?? '',
      maxBytes: config.FETCH_MAX_BYTES,
      caFile: config.CA_FILE,
    });
    // Without a store that lasts, nobody will ask for the mirrors of an earlier run.
    await tools.mirrors.clear();
    process.once('exit', tools.git.killAll);

    const [{ createGit }, { createQueue }, { createMemoryStore }, { createPrometheusMetrics }] =
      await Promise.all([
        import('./adapters/git/git-adapter.ts'),
        import('./adapters/queue/queue.ts'),
        import('./adapters/store/memory.ts'),
        import('./adapters/metrics/prometheus.ts'),
      ]);
    const { createHapiServer } = await import('./handlers/server.ts');
    const { endpoints } = await import('./handlers/routes.ts');
    const { pino } = await import('pino');
    const logger = pino({ level: config.LOG_LEVEL, base: null });
    if (warning !== undefined) logger.warn(warning);

    const http = await createHapiServer({
      ports: {
        git: createGit(tools),
        store: createMemoryStore(),
        queue: createQueue({ concurrency: config.FETCH_CONCURRENCY }),
        metrics: createPrometheusMetrics({ endpoints }),
      },
      host: config.HOST,
      port: config.PORT,
      logger,
      limits: {
        maxProjects: config.MAX_PROJECTS,
        timeoutSeconds: config.FETCH_TIMEOUT_SECONDS,
      },
    });
    return {
      start: async () => {
        const url = await http.start();
        logger.info({ url, git: gitVersion }, 'listening');
        return url;
      },
      stop: async () => {
        await http.stop(grace);
        tools.git.killAll();
        await egress.close();
        await tools.mirrors.clear();
        if (temporary !== undefined) await remove(temporary);
      },
    };
  } catch (error) {
    if (temporary !== undefined) await remove(temporary);
    throw error;
  }
}

/**
 * Serves until SIGTERM or SIGINT.
 * @returns the exit code: 0, 1 where it could not start, 2 for settings that cannot be used
 */
export async function serve(): Promise<number> {
  const stopped = stopSignal(['SIGINT', 'SIGTERM']);
  let server: Server | undefined;
  try {
    server = await createServer(process.env);
    const url = await server.start();
    console.error(
      `Listening on ${url}\nTry: curl -X POST ${url}/add/apollo -d https://github.com/chrislgarry/Apollo-11.git`,
    );
    await untilAborted(stopped);
    return 0;
  } catch (error) {
    return explain(error);
  } finally {
    await server?.stop();
  }
}

/**
 * Prints the history of a repository on stdout, newest commit first, and what went wrong on stderr.
 * @returns the exit code: 0, 1 for a failed fetch, 2 for a url or setting that cannot be used, 128 and more for a signal
 */
export async function log(url: string): Promise<number> {
  const stopped = stopSignal(['SIGHUP', 'SIGINT', 'SIGTERM']);
  const directory = await temporaryDirectory();
  let stopSpinner = () => {};
  let killAll = () => {};
  try {
    const repository = parseRepositoryUrl(url);
    const config = await readLogConfig(process.env);
    const { tools, warning } = await openGit({
      directory,
      egress: createDirectEgress(repository),
      path: process.env['PATH'] ?? '',
      maxBytes: config.FETCH_MAX_BYTES,
      caFile: config.CA_FILE,
    });
    killAll = tools.git.killAll;
    if (warning !== undefined) console.error(`warning: ${warning}`);
    const spinner = process.stderr.isTTY
      ? (await import('./adapters/terminal/spinner.ts')).startSpinner(process.stderr)
      : undefined;
    if (spinner) stopSpinner = spinner.stop;
    await printHistory(tools, {
      url: repository,
      output: process.stdout,
      timeoutSeconds: config.FETCH_TIMEOUT_SECONDS,
      signal: stopped,
      ...(spinner && { onProgress: spinner.show }),
    });
    return 0;
  } catch (error) {
    stopSpinner();
    if (stopped.reason instanceof Stopped) return 128 + os.signals[stopped.reason.signal];
    // Whoever read our output has seen enough, as `head` does.
    if (hasCode(error, 'EPIPE')) return 0;
    return explain(error);
  } finally {
    stopSpinner();
    killAll();
    await remove(directory);
  }
}

/** The version in the package's manifest. */
export function version(): string {
  const manifest = new URL(import.meta.resolve('git-monitoring-server/package.json'));
  const found: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof found === 'object' && found !== null && 'version' in found
    ? String(found.version)
    : '';
}

/** The settings of `log`. Checking them takes longer than many a fetch, so it is done only where some are given. */
async function readLogConfig(env: NodeJS.ProcessEnv) {
  const { FETCH_TIMEOUT_SECONDS, FETCH_MAX_BYTES, CA_FILE } = env;
  if (FETCH_TIMEOUT_SECONDS || FETCH_MAX_BYTES || CA_FILE) {
    const { readConfig } = await import('./config.ts');
    return readConfig({ FETCH_TIMEOUT_SECONDS, FETCH_MAX_BYTES, CA_FILE });
  }
  return {
    FETCH_TIMEOUT_SECONDS: Number(settings.FETCH_TIMEOUT_SECONDS.standard),
    FETCH_MAX_BYTES: Number(settings.FETCH_MAX_BYTES.standard),
    CA_FILE: undefined,
  };
}

/** Why the program was told to stop. */
class Stopped extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

/** Aborts, with a {@link Stopped}, at the first of these signals. */
function stopSignal(signals: readonly NodeJS.Signals[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) process.on(signal, () => controller.abort(new Stopped(signal)));
  return controller.signal;
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve: done } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => done(), { once: true });
  if (signal.aborted) done();
  await promise;
}

/** Says on stderr what went wrong and what to do, and gives the exit code for it. */
function explain(error: unknown): number {
  if (error instanceof ConfigError) {
    console.error(error.message);
    return 2;
  }
  if (error instanceof DomainError) {
    console.error(`error: ${error.message}`);
    return error.code === 'bad_url' ? 2 : 1;
  }
  if (error instanceof UnusableGit) {
    console.error(`error: ${error.message}`);
    return 1;
  }
  if (hasCode(error, 'EADDRINUSE')) {
    console.error('error: That port is taken; set PORT to another one, or to 0 for a free one.');
    return 1;
  }
  throw error;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Whether only this machine can reach what listens there. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** @throws ConfigError where `DATA_DIR` cannot be what it is for */
async function makeWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw new ConfigError(
      `DATA_DIR=${JSON.stringify(directory)}: expected a directory that can be written`,
      { cause: error },
    );
  }
}

function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'git-monitoring-server-'));
}

async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
