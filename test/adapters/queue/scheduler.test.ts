import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { createScheduler } from '../../../adapters/queue/scheduler.ts';
import { createQueue } from '../../../adapters/queue/queue.ts';
import { raceAbort } from '../../../domain/concurrency/race-abort.ts';
import { random } from '../../kit/random.ts';

interface Remote {
  readonly group: string;
  /** How long a refresh takes, and how long after it the next is due, in seconds. */
  readonly takes: number;
  readonly rests: number;
}

/** Refreshes projects for ten minutes of a clock that does not wait, looking each second what is due; how late each began. */
async function latenessOf(remotes: readonly Remote[], concurrency: number): Promise<number[]> {
  const backlog = createScheduler(concurrency);
  const numbers = random(12);
  const share = () => numbers.below(1000) / 1000;
  const dueAt = remotes.map(({ rests }) => share() * rests);
  const lateness: number[] = [];
  let ends: { readonly at: number; readonly end: () => void }[] = [];
  let now = 0;
  const refresh = async (index: number, { group, takes, rests }: Remote) => {
    const due = dueAt[index] ?? 0;
    dueAt[index] = Infinity;
    await backlog.add(
      { key: String(index), group, dueAt: due },
      async () => {
        if (group !== 'slow') lateness.push(now - due);
        const { promise, resolve } = Promise.withResolvers<void>();
        ends.push({ at: now + takes, end: resolve });
        await promise;
        dueAt[index] = now + rests * (1 + share() / 10);
      },
      undefined,
    );
  };
  for (let tick = 0; tick < 600; tick++) {
    for (;;) {
      const [next] = ends
        .filter(({ at }) => at <= tick)
        .toSorted((one, other) => one.at - other.at);
      if (next === undefined) break;
      ends = ends.filter((each) => each !== next);
      now = next.at;
      next.end();
      await setImmediate();
    }
    now = tick;
    for (const [index, remote] of remotes.entries()) {
      if ((dueAt[index] ?? 0) <= now) void refresh(index, remote);
    }
    await setImmediate();
  }
  return lateness.toSorted((a, b) => a - b);
}

const p95 = (sorted: readonly number[]) => sorted[Math.floor(sorted.length * 0.95)] ?? Infinity;

const others = Array.from({ length: 20 }, (_, index) => ({
  group: `host ${index % 10}`,
  takes: 0.2,
  rests: 10,
}));
const slow = Array.from({ length: 8 }, () => ({ group: 'slow', takes: 15, rests: 10 }));

for (const concurrency of [4, 8]) {
  test(`one slow host leaves the others their turns where ${concurrency} refreshes run at once`, async (t) => {
    const without = await latenessOf(others, concurrency);
    const beside = await latenessOf([...others, ...slow], concurrency);
    t.true(without.length > 500, String(without.length));
    t.true(p95(beside) < 2 * p95(without), `${p95(beside)} s, and without it ${p95(without)} s`);
  });
}

for (const [concurrency, expected] of [
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 2],
  [16, 2],
] as const) {
  test(`of ${concurrency} works at once ${expected} may be of one group`, async (t) => {
    const backlog = createScheduler(concurrency);
    const { promise, resolve } = Promise.withResolvers<void>();
    let running = 0;
    const works = ['a', 'b', 'c'].map(async (key) =>
      backlog.add({ key, group: 'one', dueAt: 0 }, async () => (running++, promise), undefined),
    );
    await setImmediate();
    t.is(running, expected);
    resolve();
    await Promise.all(works);
  });
}

test('four works that nobody waits for run at once however few cores there are', async (t) => {
  const queue = createQueue({ concurrency: 1 });
  const { promise, resolve } = Promise.withResolvers<void>();
  let running = 0;
  const works = Array.from({ length: 4 }, async (_, index) =>
    queue.schedule(
      { key: `${index}`, group: `${index}`, dueAt: 0 },
      async () => (running++, promise),
    ),
  );
  await setImmediate();
  t.is(running, 4);
  resolve();
  await Promise.all(works);
});

test('the longest due comes first, and past those whose group has its share already', async (t) => {
  const backlog = createScheduler(4);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const add = (key: string, group: string, dueAt: number) =>
    backlog.add(
      { key, group, dueAt },
      async () => {
        begun.push(key);
        const { promise, resolve } = Promise.withResolvers<void>();
        ends.push(resolve);
        await promise;
      },
      undefined,
    );
  const first = ['1', '2', '3', '4'].map((key) => add(key, key < '3' ? 'one' : 'two', 0));
  const later = [
    add('one late', 'one', 9),
    add('two late', 'two', 8),
    add('one early', 'one', 5),
    add('three', 'three', 7),
    add('one as early', 'one', 5),
  ];
  await setImmediate();
  t.deepEqual(begun, ['1', '2', '3', '4']);
  t.is(backlog.waiting(), 5);
  t.false(await add('one late', 'one', 9));
  // The third is of group two.
  for (const place of [2, 0, 1, 3, 4, 5, 6, 7, 8]) {
    ends[place]?.();
    await setImmediate();
  }
  await Promise.all([...first, ...later]);
  t.deepEqual(begun.slice(4), ['three', 'one early', 'one as early', 'two late', 'one late']);
  t.is(backlog.waiting(), 0);
});

test('adding a work looks at a few of those that wait, however many there are', async (t) => {
  const backlog = createScheduler(1);
  const ending = new AbortController();
  let looks = 0;
  const works = Array.from({ length: 2000 }, (_, index) => ({
    get key() {
      looks++;
      return `${index}`;
    },
    get group() {
      looks++;
      return `host ${index % 7}`;
    },
    get dueAt() {
      looks++;
      return (index * 37) % 2000;
    },
  }));
  const forever = Promise.withResolvers<void>().promise;
  const work = async () => raceAbort(forever, ending.signal);
  const all = works.map(async (job) => backlog.add(job, work, ending.signal).catch(() => true));
  const again = works.map(async (job) => backlog.add(job, work, ending.signal));
  t.deepEqual(
    await Promise.all(again),
    works.map(() => false),
  );
  t.is(backlog.waiting(), 1999);
  t.true(looks < 20 * works.length, String(looks));
  ending.abort();
  await Promise.all(all);
  t.is(backlog.waiting(), 0);
});
