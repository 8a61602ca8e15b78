import { z } from 'zod';
import { readReference, type Reference } from '../api/reference.ts';
import type { Handler } from '../contract/handler.ts';
import { createApiDocument } from '../api/openapi.ts';
import { host as askedHost } from './overview.ts';
import { view } from './view.ts';

interface ApiView {
  readonly reference: Reference;
  /** Where the server is reached, `127.0.0.1:5000`, for the examples. */
  readonly host: string;
}

const referencePage = view<ApiView>('api');

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
          return referencePage({ reference, host });
        },
      },
    };
  },
};
