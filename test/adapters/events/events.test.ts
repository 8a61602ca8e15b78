import test from 'ava';
import { createEvents } from '../../../adapters/events/events.ts';

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
