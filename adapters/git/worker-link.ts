import { fork, type ChildProcess } from 'node:child_process';
import { fetchError } from '../../domain/fetch-error.ts';
import type { Progress } from '../../domain/git-port.ts';
import {
  toldError,
  type Answer,
  type Calls,
  type Request,
  type WorkerSettings,
} from './worker-messages.ts';

export interface WorkerLinkOptions {
  /** The module of the process. */
  readonly module: URL;
  readonly settings: WorkerSettings;
  /** What its environment has beside the directory, by which it and every git of it are told from others. */
  readonly env?: Readonly<Record<string, string>>;
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

/** The way to a git worker, which is started by the first call and again by the first after it has ended. */
export interface WorkerLink {
  /** @throws DomainError `internal` where the worker ends before it has answered */
  call<Name extends keyof Calls>(
    name: Name,
    argument: Parameters<Calls[Name]>[0],
    listening?: Listening,
  ): Promise<ReturnType<Calls[Name]>>;
  /** Lets it end; from now on every call is refused. */
  close(): Promise<void>;
  /** Has it end at once, without waiting for that. */
  leave(): void;
}

/** How long it may take to end, in milliseconds. */
const patience = 5000;

/**
 * For little memory: 35 MB of its own in place of 50, at 10 refreshes a second. Histories pass through it in small batches;
 * with what is buffered of a push of 20,000 commits it needs 48 MB of heap, with the most that is buffered of all at once
 * 150. Beyond the maximum V8 ends it, and the next call starts another one.
 */
const flags = [
  '--max-old-space-size=192',
  '--single-threaded',
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--heap-growing-percent=20',
];

export function linkWorker({ module, settings, env }: WorkerLinkOptions): WorkerLink {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let worker: ChildProcess | undefined;
  let isOver = false;

  function launch(): ChildProcess {
    const child = fork(module, [], {
      env: { ...env, GIT_MONITORING_SERVER: settings.directory },
      execArgv: flags,
      // It ends with this process, and not by what a terminal tells all that it has started.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (answer: Answer<never>) => {
      const caller = waiting.get(answer.id);
      if ('progress' in answer) return caller?.listening.onProgress?.(answer.progress);
      waiting.delete(answer.id);
      if ('error' in answer) caller?.reject(toldError(answer.error));
      // A value that is undefined is none in JSON.
      else caller?.resolve(answer.value);
    });
    const fail = (reason: unknown) => {
      if (worker !== child) return;
      worker = undefined;
      const error = fetchError('internal', `the git worker has ended: ${String(reason)}`);
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    child.on('error', fail);
    child.once('exit', (code, signal) => fail(signal ?? code));
    return child;
  }

  /** Nobody has to be told of what cannot be sent: the worker has ended then, and that fails every call. */
  const send = (request: Request) => worker?.connected === true && worker.send(request, () => {});

  async function call<Name extends keyof Calls>(
    name: Name,
    argument: Parameters<Calls[Name]>[0],
    listening: Listening = {},
  ): Promise<ReturnType<Calls[Name]>> {
    listening.signal?.throwIfAborted();
    if (isOver) throw fetchError('internal', 'this server ends');
    if (worker === undefined) {
      worker = launch();
      send({ settings });
    }
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
    send({ id, call: name, argument });
    const end = () => send({ id, end: true });
    signal?.addEventListener('abort', end, { once: true });
    try {
      return await promise;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  const leave = () => {
    if (worker?.connected === true) worker.disconnect();
  };

  async function close(): Promise<void> {
    isOver = true;
    if (worker === undefined) return;
    const child = worker;
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    const tooLong = setTimeout(() => child.kill('SIGKILL'), patience);
    // It has ended, too, where it cannot answer.
    await ask('close', {}).catch(() => {});
    leave();
    await exited;
    clearTimeout(tooLong);
  }

  return { call, close, leave };
}
