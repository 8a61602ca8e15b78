import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../../domain/index.ts';
import { createRpcClient } from '../rpc/client.ts';
import { now, type MethodName, type RpcResponse } from '../rpc/messages.ts';
import type { Steps } from './steps.ts';
import type { Writer } from './write.ts';

/** What the writing thread can be called for: the writer's methods, each of whose steps is progress, and its end. */
export type WriterMethods = {
  [Name in Exclude<keyof Writer, 'sweep'>]: (
    ...args: Parameters<Writer[Name]>
  ) => ReturnType<Writer[Name]> extends Steps<infer Value> ? Value : ReturnType<Writer[Name]>;
} & { close: () => void };

/** How much longer the first call may take, before which the thread starts, in milliseconds: a busy machine may need that. */
const startMs = 60_000;

/** The part of the time that is left where the thread begins nothing any more, which it might not end, nor waits for a lock. */
const margin = 0.1;

/** Lets a {@link Writer} work in a thread of its own. */
export interface WriterCalls {
  /** @throws DomainError `store_unavailable`; what has begun in time may come true later all the same */
  call<Name extends MethodName<WriterMethods>>(
    name: Name,
    ...args: Parameters<WriterMethods[Name]>
  ): Promise<Awaited<ReturnType<WriterMethods[Name]>>>;
  /** Whether the thread has ended, of which nobody had asked it: no call is answered any more. */
  hasEnded(): boolean;
  close(): Promise<void>;
}

interface WriterOptions {
  /** How long a call may be without an answer, or its next step, in milliseconds. */
  readonly timeoutMs: number;
  /** Is told when something was written though its call had been given up. */
  readonly wroteLate: () => void;
  /** Is told why the thread has ended, where nobody had asked it to. */
  readonly failed: (cause: unknown) => void;
}

/** Starts the thread. The file is a database of the newest schema. */
export function startWriter(file: string, options: WriterOptions): WriterCalls {
  const { timeoutMs, wroteLate, failed } = options;
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`./writer-thread.${extension}`, import.meta.url);
  const thread = new Worker(url, { workerData: file });
  let hasEnded = false;
  let hasStarted = false;

  const rpc = createRpcClient<WriterMethods>({
    post: (message) => thread.postMessage(message),
    beforeCall: () => {
      if (hasEnded) throw unavailable('the writer has ended');
    },
    noAnswer: (reason) => unavailable(`the writer ${reason}`),
    onLateAnswer: wroteLate,
  });

  thread.on('message', (response: RpcResponse<never>) => {
    hasStarted = true;
    rpc.receive(response);
  });

  // Without a listener it would end the whole program.
  thread.once('error', failed);

  thread.once('exit', () => {
    hasEnded = true;
    rpc.failAll(unavailable('the writer has ended'));
  });

  const call: WriterCalls['call'] = (name, ...args) => {
    const limit = hasStarted ? timeoutMs : timeoutMs + startMs;
    // What nobody has seen is given up however late.
    const isLasting = name === 'discard' || name === 'close';
    const deadline = isLasting ? undefined : now() + limit - margin * timeoutMs;
    return rpc.call(name, args, { timeoutMs: limit, deadline }).catch((error: unknown) => {
      throw error instanceof DomainError ? error : unavailable(String(error));
    });
  };

  return {
    call,
    hasEnded: () => hasEnded,
    close: async () => {
      if (hasEnded) return;
      const exited = once(thread, 'exit');
      // It closes even where the database has gone.
      await call('close').catch(() => {});
      await exited;
    },
  };
}

/** What cannot be read or written just now. */
export function unavailable(cause: unknown): DomainError {
  return new DomainError(
    'store_unavailable',
    'The server cannot read or write its data just now; try again later.',
    { cause },
  );
}
