import { readFile } from 'node:fs/promises';
import { MessageChannel } from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import { createRpcClient, type RpcClient } from '../../../adapters/rpc/client.ts';
import type { Callable, MethodName, RpcResponse } from '../../../adapters/rpc/messages.ts';
import { createRpcServer, type RpcCall } from '../../../adapters/rpc/server.ts';
import { DomainError } from '../../../domain/index.ts';

interface Connection<Methods extends Callable<Methods>> extends RpcClient<Methods> {
  /** Resolves when an answer has come to a call that had been given up. */
  readonly lateAnswer: Promise<void>;
}

/** Two ends of a channel of node's: calls of the one are performed at the other. */
function connect<Methods extends Callable<Methods>>(
  t: ExecutionContext,
  methods: Methods,
  perform: (call: RpcCall<MethodName<Methods>>) => unknown = ({ method, args }) =>
    Reflect.apply(methods[method], undefined, args),
): Connection<Methods> {
  const { port1: near, port2: far } = new MessageChannel();
  t.teardown(() => near.close());
  const { promise: lateAnswer, resolve: onLateAnswer } = Promise.withResolvers<void>();
  const client = createRpcClient<Methods>({
    post: (message) => near.postMessage(message),
    beforeCall: () => {},
    noAnswer: (reason) => new Error(`the other side ${reason}`),
    onLateAnswer,
  });
  near.on('message', (response: RpcResponse<never>) => client.receive(response));
  const receive = createRpcServer(perform, (response, sent) => {
    far.postMessage(response);
    sent();
  });
  far.on('message', receive);
  return { ...client, lateAnswer };
}

test('a method is called with the arguments, and its value returned', async (t) => {
  const { call } = connect(t, {
    add: (one: number, other: number) => one + other,
    async nothing() {},
  });
  t.deepEqual(await Promise.all([call('add', [1, 2]), call('add', [3, 4])]), [3, 7]);
  t.is(await call('nothing', []), undefined);
});

test('an error of the domain keeps its code, its message and what its causes say', async (t) => {
  const { call } = connect(t, {
    fail() {
      const cause = new Error('outer', { cause: new Error('inner') });
      throw new DomainError('busy', 'Try again.', { cause });
    },
  });
  const error = await t.throwsAsync(call('fail', []));
  t.true(error instanceof DomainError);
  t.like(error, { code: 'busy', message: 'Try again.', cause: 'outer: inner' });
});

test('an error of the system keeps its code, its call and its stack, and any other its name', async (t) => {
  const { call } = connect(t, {
    read: async () => readFile('/nonexistent/file'),
    fail() {
      throw new TypeError('no number');
    },
  });
  const missing = await t.throwsAsync(call('read', []), { code: 'ENOENT' });
  t.like(missing, { syscall: 'open', name: 'Error' });
  t.regex(missing?.stack ?? '', /ENOENT/);
  t.is(String(await t.throwsAsync(call('fail', []))), 'TypeError: no number');
});

test('a signal aborts the method, and the call rejects with its reason once the method has ended', async (t) => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const happened: string[] = [];
  const { call } = connect(t, {
    async wait({ signal }: { readonly what: string; readonly signal?: AbortSignal }) {
      const { promise: aborted, resolve } = Promise.withResolvers<void>();
      signal?.addEventListener('abort', () => resolve(), { once: true });
      begin();
      await aborted;
      happened.push('ended');
      throw new Error('aborted');
    },
  });
  const leaving = new AbortController();
  const reason = new Error('nobody waits');
  const waiting = call('wait', [{ what: 'something', signal: leaving.signal }]);
  await begun;
  leaving.abort(reason);
  await t.throwsAsync(waiting, { is: reason });
  t.deepEqual(happened, ['ended']);
  await t.throwsAsync(call('wait', [{ what: 'else', signal: leaving.signal }]), { is: reason });
  t.is(happened.length, 1);
});

test('progress reaches a caller that listens before the value does, and a method whose caller does not listen gets no callback', async (t) => {
  const { call } = connect(t, {
    count({ to, onProgress }: { readonly to: number; onProgress?: (count: number) => void }) {
      for (let count = 1; count <= to; count++) onProgress?.(count);
      return onProgress !== undefined;
    },
  });
  const counts: number[] = [];
  t.true(await call('count', [{ to: 3, onProgress: (count) => counts.push(count) }]));
  t.deepEqual(counts, [1, 2, 3]);
  t.false(await call('count', [{ to: 3 }]));
});

test('of progress that comes while other progress is sent the newest is sent', async (t) => {
  const sent: RpcResponse[] = [];
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const acknowledge: (() => void)[] = [];
  const receive = createRpcServer<'count'>(
    ({ onProgress }) => {
      for (let count = 1; count <= 1000; count++) onProgress(count);
    },
    (response, onSent) => {
      sent.push(response);
      if ('value' in response) resolve();
      acknowledge.push(onSent);
    },
  );
  receive({ id: 7, method: 'count', args: [] });
  await answered;
  for (const done of acknowledge.splice(0)) done();
  t.deepEqual(sent, [
    { id: 7, progress: 1 },
    { id: 7, value: undefined },
    { id: 7, progress: 1000 },
  ]);
});

test('a call without an answer in time is given up, and that one came later is reported', async (t) => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { call, lateAnswer } = connect(t, { hold: async () => held });
  await t.throwsAsync(call('hold', [], { timeoutMs: 1 }), {
    message: 'the other side has not answered for 1 ms',
  });
  release();
  await lateAnswer;
  t.pass();
});

test('what comes too late to begin is not begun', async (t) => {
  let times = 0;
  const { call } = connect(t, { count: () => ++times });
  await t.throwsAsync(call('count', [], { deadline: performance.timeOrigin }), {
    message: 'what came before it took too long',
  });
  t.is(await call('count', [], { deadline: Infinity }), 1);
});

test('the pending calls fail when the other side has ended, and those after that do not', async (t) => {
  const { call, failAll } = connect(t, {
    hang: async () => new Promise<never>(() => {}),
    answer: () => 42,
  });
  const waiting = [call('hang', []), call('hang', [])];
  failAll(new Error('it has ended'));
  for (const hanging of waiting) await t.throwsAsync(hanging, { message: 'it has ended' });
  t.is(await call('answer', []), 42);
});
