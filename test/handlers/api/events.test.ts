import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import test from 'ava';
import type { PublishedEvent } from '../../../domain/index.ts';
import { encodeEvents } from '../../../handlers/api/events.ts';

async function* batchesOf(...batches: readonly (readonly PublishedEvent[])[]) {
  yield* batches;
}

const sentFor = async (...batches: readonly (readonly PublishedEvent[])[]) =>
  readText(Readable.from(encodeEvents(batchesOf(...batches))));

const removed: PublishedEvent = { id: 'x-1', type: 'removed', data: { project: 'red' } };
const refreshing: PublishedEvent = {
  id: null,
  type: 'refreshing',
  data: { project: 'red', refreshing: true },
};

test('events are sent by id, type and data, one that passes by without an id, and silence as a comment', async (t) => {
  t.is(
    await sentFor([], [removed, refreshing], [], [removed]),
    [
      ': hello\n\n',
      'id: x-1\nevent: removed\ndata: {"project":"red"}\n\n',
      'event: refreshing\ndata: {"project":"red","refreshing":true}\n\n',
      ':\n\n',
      'id: x-1\nevent: removed\ndata: {"project":"red"}\n\n',
    ].join(''),
  );
  t.is(await sentFor([removed]), ': hello\n\nid: x-1\nevent: removed\ndata: {"project":"red"}\n\n');
});

test('an event is written once, however many listen', async (t) => {
  let written = 0;
  const data = {
    project: 'red',
    toJSON: () => {
      written += 1;
      return { project: 'red' };
    },
  };
  const event: PublishedEvent = { id: 'x-2', type: 'removed', data };
  const sent = await Promise.all(Array.from({ length: 2000 }, async () => sentFor([event])));
  t.is(written, 1);
  t.is(new Set(sent).size, 1);
});
