import { access, constants, mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { pino } from 'pino';
import { everyAddress, publicAddresses } from './adapters/egress/address-policy.ts';
import { createEgress } from './adapters/egress/proxy.ts';
import { createGit } from './adapters/git/git-adapter.ts';
import { openGit } from './adapters/git/open-git.ts';
import { createPrometheusMetrics } from './adapters/metrics/prometheus.ts';
import { createQueue } from './adapters/queue/queue.ts';
import { createMemoryStore } from './adapters/store/memory.ts';
import { readConfig } from './config.ts';
import { endpoints } from './handlers/routes.ts';
import { createHapiServer } from './handlers/server.ts';
import { ConfigError } from './settings.ts';
import { makeTemporaryDirectory, removeDirectory } from './temporary-directory.ts';

/** A server with everything it works with, made but not listening yet. */
export interface Server {
  /**
   * Starts to listen.
   * @returns the url it answers at
   */
  start(): Promise<string>;
  /**
   * Stops listening, gives running requests 8 seconds, ends git and removes what was only for this run.
   * @param hurry ends git at once when it aborts, and with it the requests that wait for it
   */
  stop(hurry?: AbortSignal): Promise<void>;
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
  const egress = createEgress({
    policy: isLoopback(config.HOST) ? everyAddress : publicAddresses(config.ALLOWED_NETWORKS),
  });
  const data = await openDataDirectory(config.DATA_DIR);
  try {
    const { tools, warning, check } = await openGit({
      directory: data.path,
      egress,
      path: env['PATH'] ?? '',
      maxBytes: config.FETCH_MAX_BYTES,
      caFile: config.CA_FILE,
    });
    const version = await check();
    // Without a store that lasts, nobody will ask for the mirrors of an earlier run.
    await tools.mirrors.clear();
    process.once('exit', tools.git.killAll);

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
        logger.info({ url, git: version }, 'listening');
        return url;
      },
      stop: async (hurry) => {
        hurry?.addEventListener('abort', tools.git.killAll);
        try {
          await http.stop(grace);
        } finally {
          tools.git.killAll();
          process.off('exit', tools.git.killAll);
          await egress.close();
          await tools.mirrors.clear();
          tools.mirrors.close();
          await data.close();
        }
      },
    };
  } catch (error) {
    await data.close();
    throw error;
  }
}

/** Whether only this machine can reach what listens there. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * The directory that is given, made where it is missing, or a temporary one.
 * @throws ConfigError where it cannot be written
 */
async function openDataDirectory(
  given: string | undefined,
): Promise<{ readonly path: string; close(): Promise<void> }> {
  if (given === undefined) {
    const path = makeTemporaryDirectory();
    return { path, close: async () => removeDirectory(path) };
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
  return { path, close: async () => {} };
}

/** Not `recursive`: where a parent cannot be made, as in /proc, node would try again for ever. */
async function makeDirectory(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}
