import test from 'ava';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import { settleAttempts } from '../../../domain/index.ts';

const url = 'https://example.org/a.git';
const unnamed = 'https://example.org/b.git';
const rules = { minSeconds: 10, maxSeconds: 1000 };

test('what a process did not survive counts as failed, and comes later each time', async (t) => {
  const store = createMemoryStore();
  await store.reserveProject({ name: 'a', url, maxProjects: 1 });
  const waits: number[] = [];
  for (const now of [100, 200, 300, 400, 500, 600, 700, 800]) {
    await store.beginAttempt({ url, at: now - 1 });
    const { attempts, notBefore } = await settleAttempts(store, now, rules);
    t.deepEqual(attempts, [{ url, at: now - 1, times: 1 }]);
    t.is(notBefore.size, 0);
    const project = await store.project('a');
    t.like(project, { lastOutcome: 'internal', lastAttemptAt: now - 1, failures: now / 100 });
    waits.push((project?.nextRefreshAt ?? 0) - now);
  }
  const least = waits.map((_, index) => Math.min(10 * 2 ** (index + 1), 900));
  t.deepEqual(
    waits.filter((wait, index) => wait < (least[index] ?? 0) || wait > 1000),
    [],
  );
  t.deepEqual((await settleAttempts(store, 900, rules)).attempts, []);
});

test('of several that a process did not survive none is known to have ended it, so that each is asked again soon', async (t) => {
  const store = createMemoryStore();
  await store.reserveProject({ name: 'a', url, maxProjects: 1 });
  const wait = async (now: number) => {
    const { notBefore } = await settleAttempts(store, now, rules);
    return Math.max(
      ((await store.project('a'))?.nextRefreshAt ?? 0) - now,
      (notBefore.get(unnamed) ?? 0) - now,
    );
  };
  for (const now of [100, 200, 300, 400, 500, 600, 700, 800]) {
    for (const each of [url, unnamed]) await store.beginAttempt({ url: each, at: now - 1 });
    const longest = await wait(now);
    t.true(longest <= 11 * 2 ** 4, String(longest));
  }
  t.like(await store.project('a'), { lastOutcome: 'internal', failures: 8 });
  await store.dropAttempt(unnamed);
  await store.beginAttempt({ url, at: 899 });
  t.true((await wait(900)) >= 900);
});

test('a url that no project names may be asked later each time, and what is known of it stays', async (t) => {
  const store = createMemoryStore();
  for (const times of [1, 2, 3]) {
    await store.beginAttempt({ url: unnamed, at: 1 });
    const { attempts, notBefore } = await settleAttempts(store, 100, rules);
    t.deepEqual(attempts, [{ url: unnamed, at: 1, times }]);
    const wait = (notBefore.get(unnamed) ?? 0) - 100;
    t.true(wait >= 10 * 2 ** times && wait <= 11 * 2 ** times, String(wait));
  }
  t.deepEqual(await store.projects(), []);
});
