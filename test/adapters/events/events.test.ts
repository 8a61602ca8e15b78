import test from 'ava';
import { createEvents } from '../../../adapters/events/events.ts';
import type { EventsPort, PublishedEvent } from '../../../domain/index.ts';
import { heapAfterCollection } from '../../kit/heap.ts';

const news = (commits: number) =>
  ({ type: 'tip', data: { project: 'red', tip: null, commits, state: 'up' } }) as const;

/** A listener whose batches are taken one by one; undefined when there are no more. */
function listen(events: EventsPort, lastId?: string, signal = new AbortController().signal) {
  const batches = events.listen(lastId, signal)[Symbol.asyncIterator]();
  return {
    async next(): Promise<readonly PublishedEvent[] | undefined> {
      const result = await batches.next();
      return result.done === true ? undefined : result.value;
    },
    leave: async () => batches.return?.(),
  };
}

test('the first batch comes at once, and every listener gets the same objects', async (t) => {
  const events = createEvents();
  const [one, other] = [listen(events), listen(events)];
  t.deepEqual([await one.next(), await other.next()], [[], []]);
  events.publish(news(1));
  events.publish({ type: 'removed', data: { project: 'red' } });
  const [first = [], second = []] = [await one.next(), await other.next()];
  t.deepEqual(
    first.map(({ type, data }) => [type, data.project]),
    [
      ['tip', 'red'],
      ['removed', 'red'],
    ],
  );
  t.is(first[0], second[0]);
  t.is(first[1], second[1]);
  await Promise.all([one.leave(), other.leave()]);
});

test('a listener that does not keep up is cut off, and others are not', async (t) => {
  const events = createEvents({ kept: 5 });
  const [slow, quick] = [listen(events), listen(events)];
  await Promise.all([slow.next(), quick.next()]);
  let heard = 0;
  for (let number = 0; number < 20; number++) {
    events.publish(news(number));
    heard += (await quick.next())?.length ?? 0;
  }
  t.is(heard, 20);
  t.is(await slow.next(), undefined);
  await quick.leave();
});

test('listeners get an empty batch now and then, and nothing once they have left', async (t) => {
  const events = createEvents({ heartbeat: 1 });
  const controller = new AbortController();
  const listener = listen(events, 'of another run', controller.signal);
  t.deepEqual(await listener.next(), []);
  // The timer alone keeps no program running.
  const stay = setInterval(() => {}, 1000);
  for (let beat = 0; beat < 3; beat++) t.deepEqual(await listener.next(), []);
  clearInterval(stay);
  const last = listener.next();
  controller.abort();
  while ((await listener.next()) !== undefined);
  await last;
  t.is(await listener.next(), undefined);
});

test('what passes by is heard by those who are there, and pushes nothing out of what is kept', async (t) => {
  const events = createEvents({ kept: 2 });
  const there = listen(events);
  await there.next();
  events.publish(news(1));
  const id = (await there.next())?.[0]?.id ?? undefined;
  t.regex(id ?? '', /^[\da-f]{8}-1$/);
  events.publish(news(2));
  for (const refreshing of [true, false, true]) {
    events.publish({ type: 'refreshing', data: { project: 'red', refreshing } });
  }
  t.deepEqual(
    (await there.next())?.map((event) => [event.type, event.id === null]),
    [
      ['tip', false],
      ['refreshing', true],
      ['refreshing', true],
      ['refreshing', true],
    ],
  );
  const back = listen(events, id);
  const missed = await back.next();
  t.is(missed?.length, 1);
  t.like(missed?.[0], { type: 'tip', data: { commits: 2 } });
  await Promise.all([there.leave(), back.leave()]);
});

test('nothing is kept for a listener that takes nothing, and it is cut off when it comes back', async (t) => {
  const events = createEvents({ kept: 10 });
  const slow = listen(events);
  await slow.next();
  const before = heapAfterCollection();
  for (let number = 0; number < 300_000; number++) events.publish(news(number));
  const megabytes = (heapAfterCollection() - before) / 1e6;
  t.true(megabytes < 20, `${megabytes} MB`);
  t.is(await slow.next(), undefined);
});
