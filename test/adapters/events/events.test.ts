import test from 'ava';
import { createEvents } from '../../../adapters/events/events.ts';
import { heapAfterCollection } from '../../kit/heap.ts';

const news = (commits: number) =>
  ({ type: 'tip', data: { project: 'red', tip: null, commits, state: 'up' } }) as const;

test('a listener that does not keep up is cut off, and others are not', async (t) => {
  const events = createEvents({ kept: 5 });
  const { signal } = new AbortController();
  const slow = events.listen(undefined, signal)[Symbol.asyncIterator]();
  const quick = events.listen(undefined, signal)[Symbol.asyncIterator]();
  await Promise.all([slow.next(), quick.next()]);
  let heard = '';
  for (let number = 0; number < 20; number++) {
    events.publish(news(number));
    heard += (await quick.next()).value ?? '';
  }
  t.is(heard.match(/^data:/gm)?.length, 20);
  t.true((await slow.next()).done);
  await quick.return?.();
});

test('listeners hear something now and then, and nothing once they have left', async (t) => {
  const events = createEvents({ heartbeat: 1 });
  const controller = new AbortController();
  const listener = events.listen('of another run', controller.signal)[Symbol.asyncIterator]();
  t.is((await listener.next()).value, ': hello\n\n');
  // The timer alone keeps no program running.
  const stay = setInterval(() => {}, 1000);
  t.regex(String((await listener.next()).value), /^(?::\n\n)+$/);
  clearInterval(stay);
  const last = listener.next();
  controller.abort();
  while (!(await listener.next()).done);
  await last;
  t.true((await listener.next()).done);
});

test('what passes by is heard by those who are there, and pushes nothing out of what is kept', async (t) => {
  const events = createEvents({ kept: 2 });
  const { signal } = new AbortController();
  const there = events.listen(undefined, signal)[Symbol.asyncIterator]();
  await there.next();
  events.publish(news(1));
  const id = /^id: (.*)$/m.exec(String((await there.next()).value))?.[1];
  events.publish(news(2));
  for (const refreshing of [true, false, true]) {
    events.publish({ type: 'refreshing', data: { project: 'red', refreshing } });
  }
  const heard = String((await there.next()).value);
  t.is(heard.match(/^event: refreshing$/gm)?.length, 3);
  t.is(heard.match(/^id: /gm)?.length, 1);
  const back = events.listen(id, signal)[Symbol.asyncIterator]();
  const missed = String((await back.next()).value);
  t.deepEqual(missed.match(/^event: .*$/gm), ['event: tip']);
  t.regex(missed, /"commits":2/);
  await Promise.all([there.return?.(), back.return?.()]);
});

test('nothing is kept for a listener that takes nothing, and it is cut off when it comes back', async (t) => {
  const events = createEvents({ kept: 10 });
  const { signal } = new AbortController();
  const slow = events.listen(undefined, signal)[Symbol.asyncIterator]();
  await slow.next();
  const before = heapAfterCollection();
  for (let number = 0; number < 300_000; number++) events.publish(news(number));
  const megabytes = (heapAfterCollection() - before) / 1e6;
  t.true(megabytes < 20, `${megabytes} MB`);
  t.true((await slow.next()).done);
});
