import test from 'ava';
import { createUses } from '../../../adapters/git/uses.ts';

const url = 'https://example.org/x.git';

test('a mirror is replaced when nobody works in it any more, and whoever comes then waits', async (t) => {
  const { enter, between } = createUses();
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
  leaveSecond();
  const late = work('works again');
  // It came before it was replaced, so it may work before.
  await late;
  await begun;
  const last = work('works in the new one');
  resolve();
  await Promise.all([replaced, last]);
  t.deepEqual(happened, [
    'works again',
    'begins to replace',
    'has replaced',
    'works in the new one',
  ]);
});

test('what fails to replace a mirror lets others work in it', async (t) => {
  const { enter, between } = createUses();
  await t.throwsAsync(
    between(url, () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  (await enter(url))();
  t.is(await between(url, () => Promise.resolve(1)), 1);
});
