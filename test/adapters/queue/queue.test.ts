import test from 'ava';
import { createQueue } from '../../../adapters/queue/queue.ts';

/** Work that runs until the test ends it, and remembers its signal. */
function heldWork() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return promise;
  };
  return { work, signals, finish: () => resolve(), fail: (error: Error) => reject(error) };
}

/** Lets everything that needs no event from outside come to rest. */
async function settle(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}

test('work starts at once', (t) => {
  const queue = createQueue({ concurrency: 1 });
  const { work, signals, finish } = heldWork();
  void queue.singleFlight('a', work);
  t.is(signals.length, 1);
  finish();
});

test('short work runs for an idle key however much runs, and not for a key that is worked for', async (t) => {
  const queue = createQueue({ concurrency: 2 });
  const { work, finish } = heldWork();
  const running = queue.singleFlight('a', work);
  let ran = '';
  await queue.runIfIdle('a', async () => void (ran += 'a'));
  await queue.runIfIdle('b', async () => void (ran += 'b'));
  t.is(ran, 'b');
  const short = heldWork();
  const clearing = queue.runIfIdle('b', () => short.work(new AbortController().signal));
  const waiting = queue.singleFlight('b', async () => void (ran += 'c'));
  short.finish();
  await Promise.all([clearing, waiting]);
  t.is(ran, 'bc');
  finish();
  await running;
});

test('short work for a key whose scheduled work runs comes after that, whether it fails or not, and keeps nobody waiting', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  for (const end of ['finish', 'fail'] as const) {
    const held = heldWork();
    const scheduled = queue.schedule({ key: 'a', group: 'g', dueAt: 0 }, held.work);
    await settle();
    const ran: string[] = [];
    await queue.runIfIdle('a', async () => void ran.push('short'));
    t.deepEqual(ran, []);
    if (end === 'finish') held.finish();
    else held.fail(new Error('no'));
    await Promise.allSettled([scheduled]);
    t.deepEqual(ran, ['short']);
    t.false(queue.isRunning('a'));
  }
});

test('who asks for a running key joins its work and shares its end', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const first = heldWork();
  const second = heldWork();
  const both = Promise.all([
    queue.singleFlight('a', first.work),
    queue.singleFlight('a', second.work),
  ]);
  first.finish();
  await both;
  t.is(second.signals.length, 0);
});

test('a failure reaches everybody who waits', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const { work, fail } = heldWork();
  const waiting = [queue.singleFlight('a', work), queue.singleFlight('a', work)];
  const failure = new Error('no');
  fail(failure);
  const results = await Promise.allSettled(waiting);
  t.deepEqual(
    results.map((result) => result.status === 'rejected' && result.reason === failure),
    [true, true],
  );
});

test('after the end, however it came, the key starts anew', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  await queue.singleFlight('a', async () => {});
  await t.throwsAsync(
    queue.singleFlight('a', async () => {
      throw new Error('no');
    }),
  );
  let ran = false;
  await queue.singleFlight('a', async () => {
    ran = true;
  });
  t.true(ran);
});

test('work that throws before its first await is a failure like any other', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const thrower = () => {
    throw new Error('at once');
  };
  await t.throwsAsync(queue.singleFlight('a', thrower), { message: 'at once' });
  await t.throwsAsync(queue.singleFlight('a', thrower), { message: 'at once' });
});

test('another key above the limit is refused as busy, joining is not', async (t) => {
  const queue = createQueue({ concurrency: 2 });
  const a = heldWork();
  const b = heldWork();
  const running = [
    queue.singleFlight('a', a.work),
    queue.singleFlight('b', b.work),
    queue.singleFlight('b', b.work),
  ];
  await t.throwsAsync(
    queue.singleFlight('c', async () => {}),
    { code: 'busy' },
  );
  a.finish();
  await running[0];
  await t.notThrowsAsync(queue.singleFlight('c', async () => {}));
  b.finish();
  await Promise.all(running);
});

test('of what somebody waits for, a quarter at most is for one client, and three quarters for one group', async (t) => {
  const queue = createQueue({ concurrency: 8 });
  const held = heldWork();
  const running: Promise<void>[] = [];
  const share = (key: string, source: string, group: string) => {
    const sharing = queue.singleFlight(key, held.work, undefined, { source, group });
    running.push(sharing.catch(() => {}));
    return sharing;
  };
  const isBusy = async (key: string, source: string, group: string) => {
    const { message } = await t.throwsAsync(share(key, source, group), { code: 'busy' });
    return message;
  };
  void share('a', 'ada', 'one.example');
  void share('b', 'ada', 'two.example');
  t.regex(await isBusy('c', 'ada', 'three.example'), /^Your address/);
  // Joining is none of its own.
  void share('a', 'ada', 'one.example');
  for (const key of ['c', 'd']) void share(key, 'bob', 'one.example');
  for (const key of ['e', 'f']) void share(key, 'cy', 'one.example');
  void share('g', 'dan', 'one.example');
  t.regex(await isBusy('h', 'dan', 'one.example'), /from that host/);
  void share('h', 'dan', 'three.example');
  t.regex(await isBusy('i', 'eve', 'three.example'), /^Too many repositories are being/);
  held.finish();
  await Promise.all(running);
  await t.notThrowsAsync(share('c', 'ada', 'one.example'));
});

test('one client alone keeps nobody from a group', async (t) => {
  for (const concurrency of [2, 3, 4, 64]) {
    const queue = createQueue({ concurrency });
    const held = heldWork();
    const ada = { source: 'ada', group: 'one.example' };
    const running = Array.from({ length: concurrency }, (_, index) =>
      queue.singleFlight(`a${index}`, held.work, undefined, ada).catch(() => {}),
    );
    await t.notThrowsAsync(
      queue.singleFlight('b', async () => {}, undefined, { source: 'bob', group: 'one.example' }),
    );
    held.finish();
    await Promise.all(running);
  }
});

test('where one thing alone may run, whoever comes first has it', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  await t.notThrowsAsync(
    queue.singleFlight('a', async () => {}, undefined, { source: 'ada', group: 'x' }),
  );
});

test('a waiter that leaves is told so at once and the work goes on for the others', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const { work, signals, finish } = heldWork();
  const leaver = new AbortController();
  const leaving = queue.singleFlight('a', work, leaver.signal);
  const staying = queue.singleFlight('a', work, new AbortController().signal);
  const reason = new Error('gone');
  leaver.abort(reason);
  t.is(await t.throwsAsync(leaving), reason);
  t.false(signals[0]?.aborted);
  finish();
  await staying;
  t.is(signals.length, 1);
});

test('the work is ended, with the reason, when the last waiter leaves', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const { work, signals, finish } = heldWork();
  const leavers = [new AbortController(), new AbortController()];
  const leaving = leavers.map(async ({ signal }) => queue.singleFlight('a', work, signal));
  const results = Promise.allSettled(leaving);
  leavers[1]?.abort(new Error('second'));
  await settle();
  t.false(signals[0]?.aborted);
  const last = new Error('first');
  leavers[0]?.abort(last);
  await results;
  t.true(signals[0]?.aborted);
  t.is(signals[0]?.reason, last);
  finish();
});

test('a waiter without a signal never leaves', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const { work, signals, finish } = heldWork();
  const staying = queue.singleFlight('a', work);
  const leaver = new AbortController();
  const leaving = queue.singleFlight('a', work, leaver.signal);
  leaver.abort(new Error('gone'));
  await t.throwsAsync(leaving);
  t.false(signals[0]?.aborted);
  finish();
  await staying;
});

test('who comes while the work is being ended waits and starts anew, never beside it', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const dying = heldWork();
  const fresh = heldWork();
  const leaver = new AbortController();
  const leaving = queue.singleFlight('a', dying.work, leaver.signal);
  leaver.abort(new Error('gone'));
  await t.throwsAsync(leaving);

  const late = [queue.singleFlight('a', fresh.work), queue.singleFlight('a', fresh.work)];
  await settle();
  t.is(fresh.signals.length, 0);
  dying.fail(new Error('ended'));
  await settle();
  t.is(fresh.signals.length, 1, 'once, for both');
  t.false(fresh.signals[0]?.aborted);
  fresh.finish();
  await t.notThrowsAsync(Promise.all(late));
});

test('who leaves while waiting for the end of another work starts none', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const dying = heldWork();
  const fresh = heldWork();
  const first = new AbortController();
  const leaving = queue.singleFlight('a', dying.work, first.signal);
  first.abort(new Error('gone'));
  await t.throwsAsync(leaving);

  const second = new AbortController();
  const late = queue.singleFlight('a', fresh.work, second.signal);
  second.abort(new Error('also gone'));
  await t.throwsAsync(late, { message: 'also gone' });
  dying.finish();
  await settle();
  t.is(fresh.signals.length, 0);
});

test('work that is being ended holds no place', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const dying = heldWork();
  const leaver = new AbortController();
  const leaving = queue.singleFlight('a', dying.work, leaver.signal);
  leaver.abort(new Error('gone'));
  await t.throwsAsync(leaving);
  await t.notThrowsAsync(queue.singleFlight('b', async () => {}));
  dying.finish();
});

test('a signal that has aborted already starts nothing', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const { work, signals } = heldWork();
  const reason = new Error('gone');
  t.is(await t.throwsAsync(queue.singleFlight('a', work, AbortSignal.abort(reason))), reason);
  t.is(signals.length, 0);
});

test('work that ended well is not aborted afterwards', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const { work, signals, finish } = heldWork();
  const waiter = new AbortController();
  const waiting = queue.singleFlight('a', work, waiter.signal);
  finish();
  await waiting;
  waiter.abort(new Error('too late'));
  await settle();
  t.false(signals[0]?.aborted);
});
