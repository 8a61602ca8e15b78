import { mock } from 'node:test';
import test from 'ava';
import { createRpcClient } from '../../../adapters/rpc/client.ts';
import type { RpcRequest } from '../../../adapters/rpc/messages.ts';

interface Methods {
  hang(request: { readonly signal: AbortSignal }): Promise<never>;
}

test('a method that does not end 10 seconds after it was aborted is given up, whatever holds it', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const requests: RpcRequest[] = [];
  const { call } = createRpcClient<Methods>({
    post: (request) => void requests.push(request),
    beforeCall: () => {},
    noAnswer: (reason) => new Error(`the other side ${reason}`),
  });
  const leaving = new AbortController();
  const reason = new Error('nobody waits');
  let isSettled = false;
  const hanging = t
    .throwsAsync(call('hang', [{ signal: leaving.signal }]), { is: reason })
    .finally(() => (isSettled = true));
  leaving.abort(reason);
  mock.timers.tick(9999);
  await new Promise(setImmediate);
  t.false(isSettled);
  mock.timers.tick(1);
  await hanging;
  t.deepEqual(requests, [
    { id: 1, method: 'hang', args: [{}], hasSignal: true },
    { id: 1, abort: true },
  ]);
});
