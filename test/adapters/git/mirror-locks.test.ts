import test from 'ava';
import { createMirrorLocks } from '../../../adapters/git/mirror-locks.ts';

const url = 'https://example.org/x.git';

test('a mirror is replaced when nobody works in it any more, and whoever comes meanwhile works in the new one', async (t) => {
  const { acquireShared, runExclusive } = createMirrorLocks();
  const happened: string[] = [];
  const work = async (what: string) => {
    const release = await acquireShared(url);
    happened.push(what);
    release();
  };
  const [releaseFirst, releaseSecond] = [await acquireShared(url), await acquireShared(url)];
  const { promise, resolve } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const replaced = runExclusive(url, async () => {
    happened.push('begins to replace');
    begin();
    await promise;
    happened.push('has replaced');
  });
  releaseFirst();
  // Another mirror is another matter.
  await runExclusive('https://example.org/y.git', () => Promise.resolve());
  t.deepEqual(happened, []);
  const late = work('works in the new one');
  releaseSecond();
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
  const { acquireShared, runExclusive } = createMirrorLocks();
  let release = await acquireShared(url);
  const replaced = runExclusive(url, () => Promise.resolve('replaced'));
  for (let time = 0; time < 10; time++) {
    // The next one begins before the last one has ended.
    const next = acquireShared(url);
    release();
    release = await next;
  }
  t.is(await replaced, 'replaced');
  release();
});

test('whoever waits for a mirror, to work in it or to replace it, may leave', async (t) => {
  const { acquireShared, runExclusive } = createMirrorLocks();
  const release = await acquireShared(url);
  const [first, second] = [new AbortController(), new AbortController()];
  const replacing = runExclusive(url, () => Promise.reject(new Error('never')), first.signal);
  const entering = acquireShared(url, second.signal);
  const third = acquireShared(url);
  second.abort(new Error('no time'));
  await t.throwsAsync(entering, { message: 'no time' });
  first.abort(new Error('too long'));
  await t.throwsAsync(replacing, { message: 'too long' });
  (await third)();
  release();
});

test('what fails to replace a mirror lets others work in it', async (t) => {
  const { acquireShared, runExclusive } = createMirrorLocks();
  await t.throwsAsync(
    runExclusive(url, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  (await acquireShared(url))();
  t.is(await runExclusive(url, () => Promise.resolve(1)), 1);
});
