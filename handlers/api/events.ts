import { z } from 'zod';
import type { PublishedEvent } from '../../domain/index.ts';
import { queryOf } from './query.ts';
import type { Handler, RequestHeaders } from '../contract/handler.ts';
import { RefusedError } from '../contract/problems.ts';

export const eventsInput = z.object({ query: queryOf({}), headers: z.custom<RequestHeaders>() });

/**
 * `GET /api/v1/events`: what happens, as server-sent events, until the client leaves or the server ends.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const events: Handler<z.infer<typeof eventsInput>> = {
  input: eventsInput,
  async run({ events: source }, { headers }, { signal, ending, draining }) {
    if (draining === true) throw new RefusedError('stopping');
    const over = ending === undefined ? signal : AbortSignal.any([signal, ending]);
    return {
      kind: 'stream',
      type: 'text/event-stream',
      chunks: () => encodeEvents(source.listen(headers['last-event-id'], over)),
    };
  },
};

/** A comment first, so that the client knows that it is heard, and one in place of every batch without events. */
export async function* encodeEvents(
  batches: AsyncIterable<readonly PublishedEvent[]>,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let comment = ': hello\n\n';
  for await (const batch of batches) {
    const text = comment + batch.map(textOf).join('');
    yield encoder.encode(text === '' ? ':\n\n' : text);
    comment = '';
  }
}

/** Thousands of clients may listen: an event is written once, and the text is shared. */
const texts = new WeakMap<PublishedEvent, string>();

function textOf(event: PublishedEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const { id, type, data } = event;
  const text = `${id === null ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  texts.set(event, text);
  return text;
}
