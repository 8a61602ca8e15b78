import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import { createKeyedMutex } from '../../../adapters/queue/keyed-mutex.ts';

/** A work that ends when it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let begun = false;
  const work = async () => {
    begun = true;
    await promise;
  };
  return { work, end: resolve, begun: () => begun };
}

test('works of different tags take turns, in the order in which they came', async (t) => {
  const runExclusive = createKeyedMutex();
  const [one, two, three] = [held(), held(), held()];
  const key = 'k';
  const running = [
    runExclusive({ key, tag: 'a' }, one.work),
    runExclusive({ key, tag: 'b' }, two.work),
    runExclusive({ key, tag: 'a' }, three.work),
  ];
  const begun = async () => {
    await setImmediate();
    return [one.begun(), two.begun(), three.begun()];
  };
  t.deepEqual(await begun(), [true, false, false]);
  one.end();
  t.deepEqual(await begun(), [true, true, false]);
  two.end();
  t.deepEqual(await begun(), [true, true, true]);
  three.end();
  await Promise.all(running);
});

test('works of one tag run together, and so do those of different keys', async (t) => {
  const runExclusive = createKeyedMutex();
  const works = [held(), held(), held()];
  const turns = [
    { key: 'k', tag: 'a' },
    { key: 'k', tag: 'a' },
    { key: 'other', tag: 'b' },
  ];
  const running = works.map(({ work }, index) =>
    runExclusive(turns[index] ?? { key: '', tag: '' }, work),
  );
  await setImmediate();
  t.deepEqual(
    works.map(({ begun }) => begun()),
    [true, true, true],
  );
  for (const { end } of works) end();
  await Promise.all(running);
});

test('a work gives what it brings, and one that throws lets the next go on', async (t) => {
  const runExclusive = createKeyedMutex();
  const failing = runExclusive({ key: 'k', tag: 'a' }, async () => {
    throw new Error('broken');
  });
  const next = runExclusive({ key: 'k', tag: 'b' }, async () => 42);
  await t.throwsAsync(failing, { message: 'broken' });
  t.is(await next, 42);
});

test('who leaves while waiting never runs, and lets nobody overtake', async (t) => {
  const runExclusive = createKeyedMutex();
  const [one, two, three] = [held(), held(), held()];
  const leaving = new AbortController();
  const first = runExclusive({ key: 'k', tag: 'a' }, one.work);
  const second = runExclusive({ key: 'k', tag: 'b', signal: leaving.signal }, two.work);
  leaving.abort(new Error('left'));
  await t.throwsAsync(second, { message: 'left' });
  const third = runExclusive({ key: 'k', tag: 'b' }, three.work);
  await setImmediate();
  t.false(three.begun());
  one.end();
  await first;
  await setImmediate();
  t.true(three.begun());
  t.false(two.begun());
  three.end();
  await third;
  await t.throwsAsync(
    runExclusive({ key: 'k', tag: 'a', signal: AbortSignal.abort(new Error('before')) }, two.work),
    { message: 'before' },
  );
});

type Step = { readonly tag: string; readonly leaves: boolean; readonly turns: number };

test('whoever comes and goes, works of different tags never overlap and begin in order', async (t) => {
  const step: fc.Arbitrary<Step> = fc.record({
    tag: fc.constantFrom('a', 'b', 'c'),
    leaves: fc.boolean(),
    turns: fc.nat(3),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const runExclusive = createKeyedMutex();
      const running: string[] = [];
      const begun: number[] = [];
      let overlapped = false;
      const all = steps.map(async ({ tag, leaves, turns }, index) => {
        const leaving = new AbortController();
        const done = runExclusive({ key: 'k', tag, signal: leaving.signal }, async () => {
          overlapped ||= running.some((other) => other !== tag);
          running.push(tag);
          begun.push(index);
          for (let turn = 0; turn < turns; turn++) await setImmediate();
          running.splice(running.indexOf(tag), 1);
        });
        if (leaves) leaving.abort(new Error('left'));
        await done.catch(() => {});
      });
      await Promise.all(all);
      const inOrder = begun.every((index, at) => index >= (begun[at - 1] ?? 0));
      const complete = steps.every(({ leaves }, index) => leaves || begun.includes(index));
      return !overlapped && inOrder && complete;
    }),
  );
  t.pass();
});
