import { setTimeout as sleep } from 'node:timers/promises';
import { gitUnavailable } from '../../domain/errors.ts';
import { fetchError } from '../../domain/fetch-error.ts';
import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import { createForgottenMirrors, type ForgottenMirrors } from './forgotten-mirrors.ts';
import type { GitWorkerMethods, WorkerSettings } from './git-worker-api.ts';
import { killOrphans } from './orphans.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export interface SupervisorOptions {
  /** The module of the process. */
  readonly module: URL;
  readonly settings: WorkerSettings;
  /** What its environment has beside the directory, by which it and every git of it are told from others. */
  readonly env?: Readonly<Record<string, string>>;
  /** Is told of each worker that ends by itself or is killed because it hangs, and how long it takes until another is started. */
  readonly onEnd?:
    ((end: { readonly reason: string; readonly restartSeconds: number }) => void) | undefined;
  /** Is told what a worker writes on stderr. */
  readonly onStderr?: ((text: string) => void) | undefined;
}

export interface WorkerStatus {
  /** Whether a worker runs that has answered within the last few seconds. */
  readonly isUp: boolean;
  /** How many have been started in the place of one that ended or hung. */
  readonly restarts: number;
}

/** Keeps a git worker running: it is started by the first call, and again, with backoff, where it ends or hangs. */
export interface WorkerSupervisor extends Pick<ForgottenMirrors, 'forget' | 'keep'> {
  /** @throws DomainError `internal` where the worker ends or hangs before it has answered, `git_unavailable` where it is still to be started again */
  readonly call: RpcClient<GitWorkerMethods>['call'];
  status(): WorkerStatus;
  /** Has each worker kill this process from now on where its main thread hangs. */
  watch(): void;
  /** Lets it end; from now on every call is refused. */
  close(): Promise<void>;
  /** Kills it, whatever it does: every call fails at once, and from now on is refused. */
  kill(): void;
  /** Has it end at once, without waiting for that. */
  disconnect(): void;
}

/** How long closing may take until the worker is killed, and all in all: one that waits for a disk cannot be killed; in milliseconds. */
const closeMs = 5000;
const maxCloseMs = 5500;

/** A worker that ends sooner after its start counts as one that cannot work; in milliseconds. */
const shortLifeMs = 60_000;

/** Backoff: the first two in a row are started at once, the third after this long, each later one after twice as long; in milliseconds. */
const firstBackoffMs = 1000;
const maxBackoffMs = 60_000;

export function superviseWorker({
  module,
  settings,
  env,
  onEnd = () => {},
  onStderr = () => {},
}: SupervisorOptions): WorkerSupervisor {
  let worker: WorkerProcess | undefined;
  let closing: Promise<void> | undefined;
  let isClosed = false;
  let wasKilled = false;
  let isWatched = false;
  let restarts = 0;
  /** How many in a row ended soon after they were started. */
  let shortLives = 0;
  let restarting: NodeJS.Timeout | undefined;

  const rpc = createRpcClient<GitWorkerMethods>({
    post: (message) => worker?.send(message),
    beforeCall: () => {
      if (isClosed) throw fetchError('internal', 'this server ends');
      if (restarting !== undefined) {
        throw gitUnavailable('the git worker ends soon after each start; it is started later');
      }
      if (worker === undefined) launch();
    },
    noAnswer: (reason) => fetchError('internal', `the git worker ${reason}`),
  });
  const forgotten = createForgottenMirrors((url) => rpc.call('forget', [url]));

  function launch(): void {
    restarting = undefined;
    const startedAt = performance.now();
    worker = startWorkerProcess({
      module,
      env: { ...env, GIT_MONITORING_SERVER: settings.directory },
      onStderr,
      onResponse: rpc.receive,
      onEnd: (reason) => {
        worker = undefined;
        shortLives = performance.now() - startedAt < shortLifeMs ? shortLives + 1 : 0;
        rpc.failAll(fetchError('internal', `the git worker has ended: ${reason}`));
        if (!isClosed) restart(reason);
      },
    });
    worker.send({ settings });
    if (isWatched) worker.send({ watch: process.pid });
    forgotten.retry();
  }

  function restart(reason: string): void {
    restarts++;
    const backoffMs =
      shortLives < 2 ? 0 : Math.min(firstBackoffMs * 2 ** (shortLives - 2), maxBackoffMs);
    onEnd({ reason, restartSeconds: backoffMs / 1000 });
    if (backoffMs === 0) launch();
    else restarting = setTimeout(launch, backoffMs).unref();
  }

  function kill(): void {
    isClosed = true;
    wasKilled = true;
    clearTimeout(restarting);
    worker?.kill();
  }

  async function close(): Promise<void> {
    const open = worker;
    // It has ended, too, where it cannot answer.
    const closed = open && rpc.call('close', []).catch(() => {});
    isClosed = true;
    clearTimeout(restarting);
    if (open !== undefined) {
      const tooLong = setTimeout(kill, closeMs);
      await closed;
      open.disconnect();
      await Promise.race([open.exited, sleep(maxCloseMs, undefined, { ref: false })]);
      clearTimeout(tooLong);
    }
    // A worker that is killed leaves its gits.
    if (wasKilled) await killOrphans(settings.directory);
  }

  return {
    call: rpc.call,
    forget: forgotten.forget,
    keep: forgotten.keep,
    status: () => ({ isUp: worker?.isUp() ?? false, restarts }),
    watch() {
      isWatched = true;
      worker?.send({ watch: process.pid });
    },
    close: () => (closing ??= close()),
    kill,
    disconnect: () => worker?.disconnect(),
  };
}
