import test from 'ava';
import { createMirrorLocks } from '../../../adapters/git/mirror-locks.ts';

const url = 'https://example.org/x.git';

test('a mirror is replaced when nobody works in it any more, and whoever comes meanwhile works in the new one', async (t) => {
  const { acquireShared: enter, runExclusive: between } = createMirrorLocks();
  const happened: string[] = [];
  const work = async (what: string) => {
    const leave = await enter(url);
    happened.push(what);
    leave();
  };
  const [leaveFirst, leaveSecond] = [await enter(url), await enter(url)];
  const { promise, resolve } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const replaced = between(url, async () => {
    happened.push('begins to replace');
    begin();
    await promise;
    happened.push('has replaced');
  });
  leaveFirst();
  // Another mirror is another matter.
  await between('https://example.org/y.git', () => Promise.resolve());
  t.deepEqual(happened, []);
  const late = work('works in the new one');
  leaveSecond();
  await begun;
  const last = work('works in it too');
  t.deepEqual(happened, ['begins to replace']);
  resolve();
  await Promise.all([replaced, late, last]);
  t.deepEqual(happened, [
    'begins to replace',
    'has replaced',
    'works in the new one',
    'works in it too',
  ]);
});

test('a mirror in which there is always somebody at work is replaced all the same', async (t) => {
  const { acquireShared: enter, runExclusive: between } = createMirrorLocks();
  let leave = await enter(url);
  const replaced = between(url, () => Promise.resolve('replaced'));
  for (let time = 0; time < 10; time++) {
    // The next one begins before the last one has ended.
    const next = enter(url);
    leave();
    leave = await next;
  }
  t.is(await replaced, 'replaced');
  leave();
});

test('whoever waits for a mirror, to work in it or to replace it, may leave', async (t) => {
  const { acquireShared: enter, runExclusive: between } = createMirrorLocks();
  const leave = await enter(url);
  const [first, second] = [new AbortController(), new AbortController()];
  const replacing = between(url, () => Promise.reject(new Error('never')), first.signal);
  const entering = enter(url, second.signal);
  const third = enter(url);
  second.abort(new Error('no time'));
  await t.throwsAsync(entering, { message: 'no time' });
  first.abort(new Error('too long'));
  await t.throwsAsync(replacing, { message: 'too long' });
  (await third)();
  leave();
});

test('what fails to replace a mirror lets others work in it', async (t) => {
  const { acquireShared: enter, runExclusive: between } = createMirrorLocks();
  await t.throwsAsync(
    between(url, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  (await enter(url))();
  t.is(await between(url, () => Promise.resolve(1)), 1);
});
