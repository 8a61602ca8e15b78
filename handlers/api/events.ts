import { z } from 'zod';
import { queryOf } from './query.ts';
import type { Handler, RequestHeaders } from '../contract/handler.ts';
import { RefusedError } from '../contract/problems.ts';

export const eventsInput = z.object({ query: queryOf({}), headers: z.custom<RequestHeaders>() });

/** `GET /api/v1/events`: what happens, as server-sent events, until the client leaves or the server ends. */
export const events: Handler<z.infer<typeof eventsInput>> = {
  input: eventsInput,
  async run({ events: source }, { headers }, { signal, ending, draining }) {
    if (draining === true) throw new RefusedError('stopping');
    const over = ending === undefined ? signal : AbortSignal.any([signal, ending]);
    const encoder = new TextEncoder();
    return {
      kind: 'stream',
      type: 'text/event-stream',
      async *chunks() {
        for await (const text of source.listen(headers['last-event-id'], over)) {
          yield encoder.encode(text);
        }
      },
    };
  },
};
