import { z } from 'zod';
import type { Handler } from './handler.ts';

/** `GET /healthz`: the process answers. */
export const alive: Handler = {
  input: z.unknown(),
  async run() {
    return { kind: 'text', type: 'text/plain', text: 'ok\n' };
  },
};
