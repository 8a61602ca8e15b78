import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../../domain/index.ts';
import type { Writer } from './write.ts';

type CallName = Exclude<keyof Writer, 'sweep'>;

/** What the writing thread is asked to do. */
export interface Request {
  readonly id: number;
  readonly name: CallName | 'close';
  readonly args: readonly unknown[];
}

/** What became of it: the value that the call returned, or why there is none. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

interface Waiting {
  // What comes from another thread is what its call returns, which no compiler can see.
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
}

/** Lets a {@link Writer} work in a thread of its own. */
export interface WriterCalls {
  /** @throws DomainError `store_unavailable` */
  call<Name extends CallName>(
    name: Name,
    ...args: Parameters<Writer[Name]>
  ): Promise<ReturnType<Writer[Name]>>;
  close(): Promise<void>;
}

/** Starts the thread. The file is a database of the newest schema. */
export function startWriter(file: string): WriterCalls {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`./writer-thread.${extension}`, import.meta.url);
  const thread = new Worker(url, { workerData: file });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let ended = false;

  thread.on('message', (answer: { id: number; value: never } | { id: number; error: string }) => {
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) caller?.reject(unavailable(answer.error));
    else caller?.resolve(answer.value);
  });

  thread.once('exit', () => {
    ended = true;
    for (const { reject } of waiting.values()) reject(unavailable('the writer has ended'));
    waiting.clear();
  });

  const send = <Value>(name: Request['name'], args: readonly unknown[]): Promise<Value> => {
    if (ended) return Promise.reject(unavailable('the writer has ended'));
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const id = ++last;
    waiting.set(id, { resolve, reject });
    thread.postMessage({ id, name, args } satisfies Request);
    return promise;
  };

  return {
    call: (name, ...args) => send(name, args),
    close: async () => {
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
