import { url as inspectorUrl } from 'node:inspector';
import { dirname } from 'node:path';
import { createAccessControl, isLoopback } from './adapters/access/access-control.ts';
import { retryImports, keepRefreshing } from './adapters/timer/background.ts';
import { createByteCache } from './adapters/cache/lru.ts';
import { resolverEnvironment } from './adapters/egress/resolver-environment.ts';
import { startGitWorker } from './adapters/git/git-worker-client.ts';
import { createEvents } from './adapters/events/events.ts';
import { createJobs } from './adapters/jobs/jobs.ts';
import { createPrometheusMetrics } from './adapters/metrics/prometheus.ts';
import { createQueue, defaultLaterConcurrency } from './adapters/queue/queue.ts';
import { timedStore } from './adapters/metrics/timed-store.ts';
import { readConfig, type Config } from './adapters/config/config.ts';
import { openCredentials } from './adapters/config/credentials-file.ts';
import { openDataDirectory } from './adapters/disk/data-directory.ts';
import { settleAttempts, type DeclaredProject } from './domain/index.ts';
import { createAccessGuard } from './handlers/contract/access-guard.ts';
import { countAnswersInFlight } from './handlers/contract/answers-in-flight.ts';
import { allowHosts } from './handlers/http/host-allowlist.ts';
import { describeFailure } from './handlers/contract/describe-failure.ts';
import { endpoints } from './handlers/routes.ts';
import { createHapiServer } from './handlers/hosts/hapi/server.ts';
import { exposedPaths } from './adapters/disk/exposed-paths.ts';
import { keepFree } from './adapters/disk/free-disk.ts';
import { createLog } from './adapters/log/logger.ts';
import { databaseFile, openStore } from './adapters/store/open-store.ts';
import { readProjectsFile } from './adapters/config/projects-file.ts';
import { createStatus } from './adapters/status/server-status.ts';
import { shutDown } from './adapters/process/shut-down.ts';
import { storeWithRoom } from './adapters/store/store-with-room.ts';
import { tellSlow } from './adapters/log/log-slow.ts';
import { readVersion } from './adapters/config/version.ts';

/** A server with everything it works with, made but not listening yet. */
export interface Server {
  /**
   * Starts to listen, to refresh what is there, and to bring in the projects of PROJECTS_FILE.
   * @returns the url it answers at
   */
  start(): Promise<string>;
  /**
   * Gives running requests 8 seconds, then stops listening, ends git and removes what was only for this run.
   * @param force ends those seconds when it aborts
   * @throws StopError where something hangs: after 9 seconds, or 5 after `force`; the process had better be killed then
   */
  stop(force?: AbortSignal): Promise<void>;
  /** Logs why the program ends at once, and ends what would outlive it. */
  crash(reason: unknown): void;
}

/** What the git worker gets of the environment: how programs are loaded, names resolved, and where the system's authorities are. */
const forWorker = [
  'LD_LIBRARY_PATH',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'RES_OPTIONS',
  'UV_THREADPOOL_SIZE',
  'LOCALDOMAIN',
  'HOSTALIASES',
] as const;

/**
 * Makes the server that an environment asks for.
 * @param env the variables of the README's table, and `PATH` to find git in
 * @throws ConfigError for values that cannot be used, UnusableGit for a git that cannot, StartError for
 * anything else that stands in the way
 */
export async function createServer(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Server> {
  const config = readConfig(env);
  const wanted = config.PROJECTS_FILE === undefined ? [] : readProjectsFile(config.PROJECTS_FILE);
  const closing = new AsyncDisposableStack();
  try {
    return await assemble(config, wanted, env, closing);
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

/** @param closing is given what must be closed in the end, latest first */
async function assemble(
  config: Config,
  wanted: readonly DeclaredProject[],
  env: Readonly<Record<string, string | undefined>>,
  closing: AsyncDisposableStack,
): Promise<Server> {
  const log = createLog(config.LOG_LEVEL);
  closing.defer(log.close);
  const { logger } = log;
  const { CREDENTIALS_FILE, HTTP_PROXY, HTTPS_PROXY, NO_PROXY } = config;
  const findCredential =
    CREDENTIALS_FILE === undefined
      ? undefined
      : openCredentials(CREDENTIALS_FILE, (message) => logger.warn(message));
  const isKept = config.STORE_URL !== 'memory:';
  const data = await openDataDirectory(config.DATA_DIR ?? (isKept ? 'data' : undefined));
  closing.defer(data.close);
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const laterConcurrency = config.REFRESH_CONCURRENCY ?? defaultLaterConcurrency;
  const git = startGitWorker({
    module: new URL(`./git-worker.${extension}`, import.meta.url),
    settings: {
      directory: data.path,
      path: env['PATH'] ?? '',
      allowedNetworks: isLoopback(config.HOST) ? 'every' : config.ALLOWED_NETWORKS,
      upstream: { HTTP_PROXY, HTTPS_PROXY, NO_PROXY },
      maxBytes: config.FETCH_MAX_BYTES,
      minFreeBytes: config.MIN_FREE_DISK_BYTES,
      maxCommits: config.MAX_COMMITS,
      timeoutSeconds: config.FETCH_TIMEOUT_SECONDS,
      caFile: config.CA_FILE,
      keepsMirrors: isKept,
    },
    env: {
      ...resolverEnvironment(config.FETCH_CONCURRENCY + laterConcurrency),
      ...Object.fromEntries(
        forWorker.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
      ),
    },
    findCredential,
    onEnd: (end) => logger.error(end, 'the git worker has ended, and is started again'),
    onStderr: (stderr) => logger.warn({ stderr }, 'the git worker has written to stderr'),
  });
  closing.defer(git.close);
  const { version: gitVersion, warning } = await tellSlow(
    logger,
    'git is tried, once processes and files that an earlier run has left are removed',
    git.check(),
  );
  const store = openStore(config.STORE_URL, {
    directory: data.path,
    searchConcurrency: config.SEARCH_CONCURRENCY,
    warn: (message) => {
      logger.warn(message);
      // What follows may leave this thread no time to.
      log.flush();
    },
  });
  closing.defer(() => store.close());
  const rules = { minSeconds: config.REFRESH_MIN_SECONDS, maxSeconds: config.REFRESH_MAX_SECONDS };
  const { attempts, notBefore } = await settleAttempts(store, Date.now() / 1000, rules);
  for (const { url } of attempts) {
    logger.warn(
      { url },
      'an earlier process ended while this was fetched; it is tried again later',
    );
  }
  await tellSlow(
    logger,
    'mirrors of repositories that no project names any more are removed',
    git.clear((await store.projects()).map(({ url }) => url)),
  );

  if (warning !== undefined) logger.warn(warning);
  const access = createAccessControl(config);
  for (const text of access.warnings) logger.warn(text);
  const version = readVersion();
  const queue = createQueue({
    concurrency: config.FETCH_CONCURRENCY,
    laterConcurrency,
  });
  const metrics = createPrometheusMetrics({
    endpoints,
    version,
    maxProjects: config.MAX_PROJECTS,
    waiting: queue.waiting,
    gitWorker: git.status,
  });
  const inFlight = countAnswersInFlight({
    history: Math.max(64 * 1024 ** 2, config.CACHE_MAX_BYTES / 2),
  });
  const cache = createByteCache({
    maxBytes: config.CACHE_MAX_BYTES,
    mayGather: inFlight.mayGather,
    asked: metrics.cacheRequest,
  });
  const stopped = new AbortController();
  const over = new AbortController();
  const events = createEvents();
  const jobs = createJobs({
    ended: over.signal,
    changed: (job) => events.publish({ type: 'job', data: job }),
    failed: ({ id, project }, error) => {
      const { level, fields } = describeFailure(error) ?? { level: 'warn', fields: {} };
      logger[level]({ job: id, project, reason: String(error), ...fields }, 'a job has failed');
    },
  });
  const database = databaseFile(config.STORE_URL, data.path);
  const hasRoom = keepFree(
    [data.path, ...(database === undefined ? [] : [dirname(database)])],
    config.MIN_FREE_DISK_BYTES,
  );
  for (const exposed of exposedPaths(data.path, database)) logger.warn(exposed);
  const ports = {
    git: git.port,
    store: timedStore(storeWithRoom(store, hasRoom), metrics.storeOperation),
    queue,
    cache,
    metrics,
    jobs,
    events,
    status: createStatus({
      git: gitVersion,
      gitWorker: git.status,
      database,
      directory: data.path,
      neededBytes: config.MIN_FREE_DISK_BYTES,
      queue,
      cache,
    }),
  };
  const limits = {
    maxProjects: config.MAX_PROJECTS,
    timeoutSeconds: config.FETCH_TIMEOUT_SECONDS,
    hasRoom,
    rules,
  };
  const http = await createHapiServer({
    ports,
    version,
    origins: config.CORS_ORIGINS,
    gate: createAccessGuard({
      ...access.rules,
      ...(access.hosts && {
        hosts: { allows: allowHosts(access.hosts.names), exemptProbes: access.hosts.exemptProbes },
      }),
    }),
    peerOf: access.peerOf,
    openSession: access.openSession,
    closeSession: access.closeSession,
    maxConnections: config.MAX_CONNECTIONS,
    host: config.HOST,
    port: config.PORT,
    logger,
    limits,
    inFlight,
    over,
  });
  let background: Promise<unknown> = Promise.resolve();
  return {
    start: async () => {
      const url = await http.start();
      // A debugger pauses the main thread for as long as somebody looks.
      if (inspectorUrl() === undefined) git.watch();
      logger.info({ url, git: gitVersion }, 'listening');
      const options = { ...limits, notBefore, signal: stopped.signal, logger, describeFailure };
      background = Promise.all([
        keepRefreshing(ports, options),
        retryImports(ports, wanted, options),
      ]);
      return url;
    },
    stop: async (force) => {
      stopped.abort();
      const steps = {
        endRequests: http.stop,
        over: over.signal,
        idle: async () => Promise.all([background, queue.idle(), jobs.settled()]),
        killGit: git.kill,
        close: async () => closing.disposeAsync(),
      };
      try {
        await shutDown(steps, force);
      } catch (error) {
        logger.fatal(String(error));
        log.close();
        throw error;
      }
    },
    crash: (reason) => {
      logger.fatal(reason, 'ended by a fault of the program');
      git.disconnect();
      data.close();
    },
  };
}
