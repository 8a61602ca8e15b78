import type { SerializedError } from './errors.ts';

/** A type, such as that of a port, of which every property is a method. */
export type Callable<Methods> = {
  readonly [Name in keyof Methods]: (...args: never[]) => unknown;
};

export type MethodName<Methods> = keyof Methods & string;

/**
 * What the caller sends: a call under a number of its own, or that the call is to be aborted. All of it can be sent as JSON or
 * by structured clone, provided that the arguments can.
 */
export type RpcRequest<Name extends string = string> =
  | {
      readonly id: number;
      readonly method: Name;
      readonly args: readonly unknown[];
      /** Whether the first argument had a `signal` and an `onProgress`, which cannot be sent. */
      readonly hasSignal?: boolean;
      readonly hasProgress?: boolean;
      /** When it is too late to begin, as {@link now}; never where absent. */
      readonly deadline?: number;
    }
  | { readonly id: number; readonly abort: true };

/** What is sent back for a call: progress any number of times, and at last the value or the error. */
export type RpcResponse<Value = unknown> =
  | { readonly id: number; readonly progress: Value }
  | { readonly id: number; readonly value: Value }
  | { readonly id: number; readonly error: SerializedError };

/** Milliseconds on a clock that all threads share, which is not set back. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
