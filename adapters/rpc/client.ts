import { deserializeError } from './errors.ts';
import type { Callable, MethodName, RpcRequest, RpcResponse } from './messages.ts';

interface RpcClientOptions<Methods> {
  /** Sends a message; one that cannot be sent is lost, and `failAll` is called for it. */
  post(message: RpcRequest<MethodName<Methods>>): void;
  /** Is called before each call is sent; what it throws is what the call rejects with. */
  beforeCall(): void;
  /** Makes the error of a call that is given up, from what the other side has not done. */
  noAnswer(reason: string): Error;
  /** Is told of an answer to a call that had been given up. */
  onLateAnswer?(): void;
}

interface CallOptions {
  /** How long there may be neither an answer nor progress, in milliseconds; any time where absent. */
  readonly timeoutMs?: number;
  /** When it is too late to begin, as `now()`; never where absent. */
  readonly deadline?: number | undefined;
}

/** Calls methods of another process or thread. */
export interface RpcClient<Methods extends Callable<Methods>> {
  /**
   * Calls a method as if it were here: a `signal` of its first argument aborts it there, and `onProgress` is called from there.
   * The rest of the arguments is copied.
   * @throws the reason of the signal; what the method throws; what `beforeCall` and `noAnswer` make
   */
  call<Name extends MethodName<Methods>>(
    method: Name,
    args: Parameters<Methods[Name]>,
    options?: CallOptions,
  ): Promise<Awaited<ReturnType<Methods[Name]>>>;
  /** Takes a message of the other side. */
  // What comes from there is what its method returns, which no compiler can see.
  receive(response: RpcResponse<never>): void;
  /** Rejects all calls that are not answered yet, since nobody will. */
  failAll(error: Error): void;
}

interface PendingCall {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
  readonly onProgress: ((progress: never) => void) | undefined;
  readonly timeout: Timeout | undefined;
}

/** How long a call that is aborted may take to end, in milliseconds: what waits for a disk does not end. */
const abortMs = 10_000;

export function createRpcClient<Methods extends Callable<Methods>>(
  options: RpcClientOptions<Methods>,
): RpcClient<Methods> {
  const { post, beforeCall, noAnswer, onLateAnswer } = options;
  const pending = new Map<number, PendingCall>();
  let lastId = 0;

  async function call<Name extends MethodName<Methods>>(
    method: Name,
    args: Parameters<Methods[Name]>,
    { timeoutMs, deadline }: CallOptions = {},
  ): Promise<Awaited<ReturnType<Methods[Name]>>> {
    const { signal, onProgress, sendable } = detach(args);
    signal?.throwIfAborted();
    beforeCall();
    const id = ++lastId;
    const { promise, resolve, reject } =
      Promise.withResolvers<Awaited<ReturnType<Methods[Name]>>>();
    const giveUp = (reason: string) => {
      if (pending.delete(id)) reject(noAnswer(reason));
    };
    const timeout =
      timeoutMs === undefined
        ? undefined
        : startTimeout(timeoutMs, () => giveUp(`has not answered for ${timeoutMs} ms`));
    let aborting: NodeJS.Timeout | undefined;
    const abort = () => {
      post({ id, abort: true });
      aborting = setTimeout(giveUp, abortMs, 'has not ended what it was told to end');
    };
    pending.set(id, { resolve, reject, onProgress, timeout });
    signal?.addEventListener('abort', abort, { once: true });
    try {
      post({
        id,
        method,
        args: sendable,
        ...(signal && { hasSignal: true }),
        ...(onProgress && { hasProgress: true }),
        ...(deadline !== undefined && { deadline }),
      });
      return await promise;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      pending.delete(id);
      timeout?.stop();
      clearTimeout(aborting);
      signal?.removeEventListener('abort', abort);
    }
  }

  return {
    call,
    receive: (response) => {
      const caller = pending.get(response.id);
      if ('progress' in response) {
        caller?.timeout?.restart();
        caller?.onProgress?.(response.progress);
        return;
      }
      pending.delete(response.id);
      if (caller === undefined) onLateAnswer?.();
      else if ('error' in response) caller.reject(deserializeError(response.error));
      // A value that is undefined is none in JSON.
      else caller.resolve(response.value);
    },
    failAll: (error) => {
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    },
  };
}

interface Listeners {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: never) => void;
}

/** Takes the signal and the callback out of the first argument. */
function detach(args: readonly unknown[]): Listeners & { readonly sendable: readonly unknown[] } {
  const [first, ...others] = args;
  if (!hasListeners(first)) return { sendable: args };
  const { signal, onProgress, ...rest } = first;
  return {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    sendable: [rest, ...others],
  };
}

function hasListeners(value: unknown): value is Listeners {
  return (
    typeof value === 'object' && value !== null && ('signal' in value || 'onProgress' in value)
  );
}

interface Timeout {
  restart(): void;
  stop(): void;
}

function startTimeout(milliseconds: number, onTimeout: () => void): Timeout {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    // Where this thread was held up, an answer may have come that is read next.
    setImmediate(() => {
      if (isLate) onTimeout();
    });
  }, milliseconds);
  return {
    restart() {
      isLate = false;
      timer.refresh();
    },
    stop: () => clearTimeout(timer),
  };
}
