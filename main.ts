import { access, constants, mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { pino } from 'pino';
import { keepBringingIn } from './background.ts';
import { createByteCache } from './adapters/cache/lru.ts';
import { everyAddress, publicAddresses } from './adapters/egress/address-policy.ts';
import { createEgress } from './adapters/egress/proxy.ts';
import { createGit } from './adapters/git/git-adapter.ts';
import { openGit } from './adapters/git/open-git.ts';
import { createPrometheusMetrics } from './adapters/metrics/prometheus.ts';
import { createQueue } from './adapters/queue/queue.ts';
import { createMemoryStore } from './adapters/store/memory.ts';
import { readConfig, type Config } from './config.ts';
import type { WantedProject } from './domain/index.ts';
import { endpoints } from './handlers/routes.ts';
import { createHapiServer } from './handlers/server.ts';
import { readProjectsFile } from './projects-file.ts';
import { ConfigError } from './settings.ts';
import { makeTemporaryDirectory, removeDirectory } from './temporary-directory.ts';
import { readVersion } from './version.ts';

/** A server with everything it works with, made but not listening yet. */
export interface Server {
  /**
   * Starts to listen, and to bring in the projects of PROJECTS_FILE.
   * @returns the url it answers at
   */
  start(): Promise<string>;
  /**
   * Gives running requests 8 seconds, then stops listening, ends git and removes what was only for this run.
   * @param hurry ends those seconds when it aborts
   */
  stop(hurry?: AbortSignal): Promise<void>;
  /** Logs why the program ends at once, and ends what would outlive it. */
  abandon(reason: unknown): void;
}

/** How long a request that runs may go on once the server is told to stop, in milliseconds. */
const grace = 8000;

/**
 * Makes the server that an environment asks for.
 * @param env the variables of the README's table, and `PATH` to find git in
 * @throws ConfigError for values that cannot be used, UnusableGit for a git that cannot, DirectoryInUse
 */
export async function createServer(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Server> {
  const config = readConfig(env);
  const wanted = config.PROJECTS_FILE === undefined ? [] : readProjectsFile(config.PROJECTS_FILE);
  const closing = new AsyncDisposableStack();
  try {
    return await assemble(config, wanted, env['PATH'] ?? '', closing);
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

/** @param closing is given what must be closed in the end, latest first */
async function assemble(
  config: Config,
  wanted: readonly WantedProject[],
  path: string,
  closing: AsyncDisposableStack,
): Promise<Server> {
  const data = await openDataDirectory(config.DATA_DIR);
  closing.defer(data.remove);
  const egress = createEgress({
    policy: isLoopback(config.HOST) ? everyAddress : publicAddresses(config.ALLOWED_NETWORKS),
  });
  const { tools, warning, check } = await openGit({
    directory: data.path,
    egress,
    path,
    maxBytes: config.FETCH_MAX_BYTES,
    caFile: config.CA_FILE,
  });
  closing.defer(() => tools.mirrors.close());
  closing.defer(() => tools.mirrors.clear());
  closing.defer(() => egress.close());
  closing.defer(() => {
    tools.git.killAll();
    process.off('exit', tools.git.killAll);
  });
  process.once('exit', tools.git.killAll);
  const gitVersion = await check();
  // Without a store that lasts, nobody will ask for the mirrors of an earlier run.
  await tools.mirrors.clear();

  const logger = pino({ level: config.LOG_LEVEL, base: null });
  if (warning !== undefined) logger.warn(warning);
  const version = readVersion();
  const ports = {
    git: createGit(tools),
    store: createMemoryStore(),
    queue: createQueue({ concurrency: config.FETCH_CONCURRENCY }),
    cache: createByteCache({ maxBytes: config.CACHE_MAX_BYTES }),
    metrics: createPrometheusMetrics({ endpoints, version }),
  };
  const limits = {
    maxProjects: config.MAX_PROJECTS,
    timeoutSeconds: config.FETCH_TIMEOUT_SECONDS,
  };
  const http = await createHapiServer({
    ports,
    version,
    host: config.HOST,
    port: config.PORT,
    logger,
    limits,
  });
  const stopped = new AbortController();
  let bringingIn = Promise.resolve();
  return {
    start: async () => {
      const url = await http.start();
      logger.info({ url, git: gitVersion }, 'listening');
      bringingIn = keepBringingIn(ports, wanted, { ...limits, signal: stopped.signal, logger });
      return url;
    },
    stop: async (hurry) => {
      stopped.abort();
      try {
        await http.stop(grace, hurry);
        await bringingIn;
      } finally {
        await closing.disposeAsync();
      }
    },
    abandon: (reason) => {
      logger.fatal(reason, 'ended by a fault of the program');
      tools.git.killAll();
      data.remove();
    },
  };
}

/** Whether only this machine can reach what listens there. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

interface DataDirectory {
  readonly path: string;
  /** Removes it where it was made for this run. */
  remove(): void;
}

/**
 * The directory that is given, made where it is missing, or a temporary one.
 * @throws ConfigError where it cannot be written
 */
async function openDataDirectory(given: string | undefined): Promise<DataDirectory> {
  if (given === undefined) {
    const path = makeTemporaryDirectory();
    return { path, remove: () => removeDirectory(path) };
  }
  const path = resolve(given);
  try {
    await makeDirectory(path);
    await access(path, constants.W_OK);
  } catch (error) {
    throw new ConfigError(
      `DATA_DIR=${JSON.stringify(given)}: expected a directory that can be written or made`,
      { cause: error },
    );
  }
  return { path, remove: () => {} };
}

/** Not `recursive`: where a parent cannot be made, as in /proc, node would try again for ever. */
async function makeDirectory(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}
