import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError, gitUnavailable } from '../../domain/errors.ts';
import { fetchError } from '../../domain/fetch-error.ts';
import type { Progress } from '../../domain/ports/git-port.ts';
import { killOrphans } from './orphans.ts';
import { deserializeError, type Calls, type WorkerSettings } from './worker-messages.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export interface WorkerLinkOptions {
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

/** How the worker does. */
export interface WorkerStatus {
  /** Whether one runs that has answered within the last few seconds. */
  readonly isUp: boolean;
  /** How many have been started in the place of one that ended or hung. */
  readonly restarts: number;
}

interface Listening {
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

interface Waiting {
  readonly listening: Listening;
  // What comes from another process is what its call returns, which no compiler can see.
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * The way to a git worker, which is started by the first call, and again where it ends or hangs: at once, and later each time
 * where that goes on.
 */
export interface WorkerLink {
  /** @throws DomainError `internal` where the worker ends or hangs before it has answered, `git_unavailable` where it is still to be started again */
  call<Name extends keyof Calls>(
    name: Name,
    argument: Parameters<Calls[Name]>[0],
    listening?: Listening,
  ): Promise<ReturnType<Calls[Name]>>;
  /** Has the mirror of a url removed: by the next worker, before anything else, where there is none now. */
  forget(url: string): Promise<void>;
  /** Leaves a mirror to be of use again, whose removal still waits for a worker. */
  keep(url: string): void;
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

/** How long it may take to end until it is killed, and all in all: one that waits for a disk cannot be killed; in milliseconds. */
const patience = 5000;
const longestEnd = 5500;

/** How long a call that is to end may take to say so, in milliseconds: a git that waits for a disk does not end. */
const endPatience = 10_000;

/** A worker that ends sooner after its start counts as one that cannot work; in milliseconds. */
const shortLife = 60_000;

/** How long it takes until the third in a row is started, and at most; each wait is twice the one before; in milliseconds. */
const firstWait = 1000;
const longestWait = 60_000;

export function linkWorker({
  module,
  settings,
  env,
  onEnd = () => {},
  onStderr = () => {},
}: WorkerLinkOptions): WorkerLink {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let worker: WorkerProcess | undefined;
  let isOver = false;
  let wasKilled = false;
  let isWatching = false;
  let restarts = 0;
  /** How many in a row ended soon after they were started. */
  let shortLives = 0;
  let restarting: NodeJS.Timeout | undefined;
  /** Urls whose mirrors are to be removed, until that is done. */
  const forgotten = new Set<string>();

  function launch(): void {
    restarting = undefined;
    const startedAt = performance.now();
    const started = startWorkerProcess({
      module,
      env: { ...env, GIT_MONITORING_SERVER: settings.directory },
      onStderr,
      onAnswer: (answer) => {
        const caller = waiting.get(answer.id);
        if ('progress' in answer) return caller?.listening.onProgress?.(answer.progress);
        waiting.delete(answer.id);
        if ('error' in answer) caller?.reject(deserializeError(answer.error));
        // A value that is undefined is none in JSON.
        else caller?.resolve(answer.value);
      },
      onEnd: (reason) => {
        worker = undefined;
        shortLives = performance.now() - startedAt < shortLife ? shortLives + 1 : 0;
        const error = fetchError('internal', `the git worker has ended: ${reason}`);
        for (const { reject } of waiting.values()) reject(error);
        waiting.clear();
        if (!isOver) restart(reason);
      },
    });
    worker = started;
    started.send({ settings });
    if (isWatching) started.send({ watch: true });
    for (const url of forgotten) {
      // What fails now is removed by the next worker, or at the next start of the server.
      void ask('forget', { url }).then(
        () => forgotten.delete(url),
        () => {},
      );
    }
  }

  async function forget(url: string): Promise<void> {
    forgotten.add(url);
    try {
      await call('forget', { url });
      forgotten.delete(url);
    } catch (error) {
      // Where the worker has ended, the next one does it, or the next start of the server.
      if (error instanceof DomainError) return;
      forgotten.delete(url);
      throw error;
    }
  }

  function restart(reason: string): void {
    restarts++;
    const wait = shortLives < 2 ? 0 : Math.min(firstWait * 2 ** (shortLives - 2), longestWait);
    onEnd({ reason, restartSeconds: wait / 1000 });
    if (wait === 0) launch();
    else restarting = setTimeout(launch, wait).unref();
  }

  async function call<Name extends keyof Calls>(
    name: Name,
    argument: Parameters<Calls[Name]>[0],
    listening: Listening = {},
  ): Promise<ReturnType<Calls[Name]>> {
    listening.signal?.throwIfAborted();
    if (isOver) throw fetchError('internal', 'this server ends');
    if (restarting !== undefined) {
      throw gitUnavailable('the git worker ends soon after each start; it is started later');
    }
    if (worker === undefined) launch();
    return ask(name, argument, listening);
  }

  async function ask<Name extends keyof Calls>(
    name: Name,
    argument: Parameters<Calls[Name]>[0],
    listening: Listening = {},
  ): Promise<ReturnType<Calls[Name]>> {
    const { signal } = listening;
    const { promise, resolve, reject } = Promise.withResolvers<ReturnType<Calls[Name]>>();
    const id = ++last;
    waiting.set(id, { listening, resolve, reject });
    worker?.send({ id, call: name, argument });
    let ending: NodeJS.Timeout | undefined;
    const end = () => {
      worker?.send({ id, end: true });
      ending = setTimeout(() => {
        waiting.delete(id);
        reject(fetchError('internal', 'the git worker has not ended what it was told to end'));
      }, endPatience);
    };
    signal?.addEventListener('abort', end, { once: true });
    try {
      return await promise;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
      clearTimeout(ending);
    }
  }

  function kill(): void {
    isOver = true;
    wasKilled = true;
    clearTimeout(restarting);
    worker?.kill();
  }

  async function close(): Promise<void> {
    isOver = true;
    clearTimeout(restarting);
    const closing = worker;
    if (closing !== undefined) {
      const tooLong = setTimeout(kill, patience);
      // It has ended, too, where it cannot answer.
      await ask('close', {}).catch(() => {});
      closing.disconnect();
      await Promise.race([closing.exited, sleep(longestEnd, undefined, { ref: false })]);
      clearTimeout(tooLong);
    }
    // A worker that is killed leaves its gits.
    if (wasKilled) await killOrphans(settings.directory);
  }

  return {
    call,
    forget,
    keep: (url) => void forgotten.delete(url),
    status: () => ({ isUp: worker?.isUp() ?? false, restarts }),
    watch() {
      isWatching = true;
      worker?.send({ watch: true });
    },
    close,
    kill,
    disconnect: () => worker?.disconnect(),
  };
}
