import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../../domain/index.ts';
import type { Steps } from './steps.ts';
import type { Writer } from './write.ts';

type CallName = Exclude<keyof Writer, 'sweep'>;

/** What the writing thread is asked to do. */
export interface Request {
  readonly id: number;
  readonly name: CallName | 'close';
  readonly args: readonly unknown[];
  /** When it is too late to begin, in milliseconds as {@link now}. */
  readonly deadline: number;
}

/** What became of it: the value that the call returned, or why there is none; or that a step of it is done. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly id: number; readonly isStep: true };

/** Milliseconds on a clock that all threads share, which is not set back. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** How much longer the first call may take, before which the thread starts, in milliseconds: a busy machine may need that. */
const startMs = 60_000;

/** The part of the time that is left where the thread begins nothing any more, which it might not end, nor waits for a lock. */
const margin = 0.1;

interface Waiting {
  // What comes from another thread is what its call returns, which no compiler can see.
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
  readonly timer: NodeJS.Timeout;
  isLate: boolean;
}

type Result<Name extends CallName> =
  ReturnType<Writer[Name]> extends Steps<infer Value> ? Value : ReturnType<Writer[Name]>;

/** Lets a {@link Writer} work in a thread of its own. */
export interface WriterCalls {
  /** @throws DomainError `store_unavailable`; what has begun in time may come true later all the same */
  call<Name extends CallName>(name: Name, ...args: Parameters<Writer[Name]>): Promise<Result<Name>>;
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
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let ended = false;
  let isStarted = false;

  thread.on(
    'message',
    (
      answer:
        { id: number; value: never } | { id: number; error: string } | { id: number; isStep: true },
    ) => {
      isStarted = true;
      const caller = waiting.get(answer.id);
      if ('isStep' in answer) {
        caller?.timer.refresh();
        if (caller !== undefined) caller.isLate = false;
        return;
      }
      waiting.delete(answer.id);
      clearTimeout(caller?.timer);
      if (caller === undefined) wroteLate();
      else if ('error' in answer) caller.reject(unavailable(answer.error));
      else caller.resolve(answer.value);
    },
  );

  // Without a listener it would end the whole program.
  thread.once('error', failed);

  thread.once('exit', () => {
    ended = true;
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(unavailable('the writer has ended'));
    }
    waiting.clear();
  });

  const send = <Value>(name: Request['name'], args: readonly unknown[]): Promise<Value> => {
    if (ended) return Promise.reject(unavailable('the writer has ended'));
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const id = ++last;
    const limit = isStarted ? timeoutMs : timeoutMs + startMs;
    const giveUp = () => {
      if (!caller.isLate || !waiting.delete(id)) return;
      reject(unavailable(`the writer has not answered for ${limit} ms`));
    };
    const timer = setTimeout(() => {
      caller.isLate = true;
      // Where this thread was held up, an answer may have come that is read next.
      setImmediate(giveUp);
    }, limit);
    const caller: Waiting = { resolve, reject, timer, isLate: false };
    waiting.set(id, caller);
    // What nobody has seen is given up however late.
    const isLasting = name === 'discard' || name === 'close';
    const deadline = isLasting ? Infinity : now() + limit - margin * timeoutMs;
    thread.postMessage({ id, name, args, deadline } satisfies Request);
    return promise;
  };

  return {
    call: (name, ...args) => send(name, args),
    hasEnded: () => ended,
    close: async () => {
      if (ended) return;
      const closed = once(thread, 'exit');
      // It closes even where the database has gone.
      await send('close', []).catch(() => {});
      await closed;
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
