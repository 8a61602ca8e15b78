import test from 'ava';
import { createLongReads } from '../../../domain/concurrency/long-reads.ts';
import { ofSource } from '../../../domain/concurrency/reader-source.ts';
import { createSemaphore } from '../../../domain/concurrency/semaphore.ts';

const refusal = 'Too many; try again shortly.';
const busy = { code: 'busy', message: refusal };

test('permits are given out first in, first out, and no more than there are', async (t) => {
  const semaphore = createSemaphore({ permits: 2, refusal });
  const order: number[] = [];
  let running = 0;
  const work = async (number: number) => {
    const release = await semaphore.acquire();
    order.push(number);
    t.true(++running <= 2);
    await new Promise((resolve) => void setImmediate(resolve));
    running--;
    release();
  };
  await Promise.all([1, 2, 3, 4, 5, 6].map(work));
  t.deepEqual(order, [1, 2, 3, 4, 5, 6]);
});

test('a line that is full, or too slow, is refused as busy, and goes on afterwards', async (t) => {
  const semaphore = createSemaphore({ permits: 1, maxWaiting: 1, timeoutMs: 20, refusal });
  const release = await semaphore.acquire();
  const late = semaphore.acquire();
  await t.throwsAsync(semaphore.acquire(), busy);
  await t.throwsAsync(late, busy);
  const next = semaphore.acquire();
  release();
  (await next)();
  (await semaphore.acquire())();
});

test('whoever leaves is no longer in line', async (t) => {
  const semaphore = createSemaphore({ permits: 1, maxWaiting: 1, refusal });
  const release = await semaphore.acquire();
  const leaving = new AbortController();
  const left = semaphore.acquire(leaving.signal);
  const reason = new Error('left');
  leaving.abort(reason);
  t.is(await t.throwsAsync(left), reason);
  t.is(await t.throwsAsync(semaphore.acquire(leaving.signal)), reason);
  const next = semaphore.acquire();
  release();
  (await next)();
});

test('a read of one step needs no permit, and a longer one gives it back however it ends', async (t) => {
  const reads = createLongReads({ permits: 1, maxWaiting: 0, refusal });
  const { promise: held, resolve: end } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const long = async (next: () => Promise<void>) => {
    await next();
    begin();
    await held;
    await next();
    throw new Error('broken');
  };
  const running = reads.run(long, undefined);
  await begun;
  t.is(await reads.run(async () => 'at once', undefined), 'at once');
  await t.throwsAsync(
    reads.run(async (next) => next(), undefined),
    busy,
  );
  end();
  await t.throwsAsync(running, { message: 'broken' });
  await t.notThrowsAsync(reads.run(async (next) => next(), undefined));
});

test('a read ends before its next step when its signal aborts', async (t) => {
  const reads = createLongReads({ permits: 1, refusal });
  const leaving = new AbortController();
  let steps = 0;
  const read = async (next: () => Promise<void>): Promise<never> => {
    for (;;) {
      if (++steps === 3) leaving.abort(new Error('left'));
      await next();
    }
  };
  await t.throwsAsync(reads.run(read, leaving.signal), { message: 'left' });
  t.is(steps, 3);
  await t.throwsAsync(reads.run(read, leaving.signal), { message: 'left' });
  t.is(steps, 3);
});

test('a source has a quarter of the line, and sources take turns', async (t) => {
  const semaphore = createSemaphore({ permits: 1, maxWaiting: 8, refusal });
  const release = await semaphore.acquire();
  const order: string[] = [];
  const work = async (source: string, name: string) => {
    const done = await semaphore.acquire(ofSource(new AbortController().signal, source));
    order.push(name);
    done();
  };
  const running = [work('ada', 'a1'), work('ada', 'a2')];
  await t.throwsAsync(work('ada', 'a3'), busy);
  running.push(work('bob', 'b1'), work('bob', 'b2'), work('cy', 'c1'));
  release();
  await Promise.all(running);
  t.deepEqual(order, ['a1', 'b1', 'c1', 'a2', 'b2']);
  (await semaphore.acquire())();
});
