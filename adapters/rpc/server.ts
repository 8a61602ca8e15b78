import { serializeError } from './errors.ts';
import { now, type RpcRequest, type RpcResponse } from './messages.ts';

/** A call of another process or thread. */
export interface RpcCall<Name extends string> {
  readonly method: Name;
  /** As the caller has given them: a signal and a callback of this side stand in the place of the caller's. */
  readonly args: readonly unknown[];
  /** When it is too late to begin what has not begun, as `now()`; Infinity where it never is. */
  readonly deadline: number;
  /** Tells the caller that the call goes on, which restarts its timeout; of many at once the newest. */
  readonly onProgress: (progress: unknown) => void;
}

/** Sends a message, and calls back when it is sent. */
type Post = (message: RpcResponse, sent: () => void) => void;

/**
 * Answers the calls of another process or thread.
 * @param perform runs the method of a call and returns what the caller gets
 * @returns takes a message of the other side
 */
export function createRpcServer<Name extends string>(
  perform: (call: RpcCall<Name>) => unknown,
  post: Post,
): (request: RpcRequest<Name>) => void {
  const running = new Map<number, AbortController>();
  const send = (message: RpcResponse) => post(message, () => {});

  async function answer(request: Exclude<RpcRequest<Name>, { readonly abort: true }>) {
    const { id, method, args, hasSignal, hasProgress, deadline = Infinity } = request;
    const aborting = new AbortController();
    running.set(id, aborting);
    // There may be more progress than can be sent.
    const onProgress = coalesce<unknown>((progress, sent) => post({ id, progress }, sent));
    const listeners = {
      ...(hasSignal === true && { signal: aborting.signal }),
      ...(hasProgress === true && { onProgress }),
    };
    try {
      if (now() >= deadline) throw new Error('what came before it took too long');
      const value: unknown = await perform({
        method,
        args: hasSignal === true || hasProgress === true ? attach(args, listeners) : args,
        deadline,
        onProgress,
      });
      send({ id, value });
    } catch (error) {
      send({ id, error: serializeError(error) });
    } finally {
      running.delete(id);
    }
  }

  return (request) => {
    if ('abort' in request) running.get(request.id)?.abort();
    else void answer(request);
  };
}

function attach([first, ...others]: readonly unknown[], listeners: object): readonly unknown[] {
  return [typeof first === 'object' ? { ...first, ...listeners } : first, ...others];
}

/** Sends one value after the other; of those that come before the last is sent only the newest. */
function coalesce<Value>(send: (value: Value, sent: () => void) => void): (value: Value) => void {
  let isSending = false;
  let newest: { readonly value: Value } | undefined;
  const next = () => {
    if (isSending || newest === undefined) return;
    const { value } = newest;
    newest = undefined;
    isSending = true;
    send(value, () => {
      isSending = false;
      next();
    });
  };
  return (value) => {
    newest = { value };
    next();
  };
}
