import { z } from 'zod';
import { readReference } from '../api/reference.ts';
import type { Handler } from '../contract/handler.ts';
import { createApiDocument } from '../api/openapi.ts';
import { host as askedHost } from './overview.ts';

const input = z.object({ host: askedHost });

/** `GET /api`: what `/openapi.json` says, for people. */
export const apiPage: Handler<z.infer<typeof input>> = {
  input,
  async run(_ports, { host }, { version }) {
    return {
      kind: 'repeatable',
      key: ['api', host],
      reply: {
        kind: 'page',
        page: async () => {
          const reference = readReference(createApiDocument(version));
          return { kind: 'view', view: 'api', context: { reference, host } };
        },
      },
    };
  },
};
