import { z } from 'zod';
import { gitUnavailable } from '../../domain/index.ts';
import type { Handler } from '../contract/handler.ts';
import { RefusedError } from '../contract/problems.ts';
import type { Reply } from '../contract/reply.ts';

const ok: Reply = { kind: 'text', type: 'text/plain', text: 'ok\n' };

/** `GET /healthz`: the process answers. */
export const alive: Handler = {
  input: z.unknown(),
  run: async () => ok,
};

/** `GET /readyz`: the store can be read and written, git can be run, and new requests are welcome. */
export const ready: Handler = {
  input: z.unknown(),
  async run({ store, status }, _input, { draining }) {
    if (draining === true) throw new RefusedError('stopping');
    await store.check();
    const { gitWorker } = await status.read();
    if (!gitWorker.isUp) throw gitUnavailable();
    return ok;
  },
};
