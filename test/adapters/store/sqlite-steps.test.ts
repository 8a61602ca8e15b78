import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import type { StorePort } from '../../../domain/index.ts';
import { createLongReads, type LongReads } from '../../../domain/concurrency/long-reads.ts';
import { fakeSha } from '../../kit/fake-ports.ts';
import { writeLargeHistory } from '../../kit/large-history.ts';

const name = 'large';
const url = 'https://example.org/large.git';
const second = 1_700_000_000;
const commits = 12_000;
const version = { url, commits, tip: fakeSha(commits) };

/** Its subjects are 999 letters a: looking for others in them takes long. */
const file = join(await mkdtemp(join(tmpdir(), 'gitmon-test-')), 'gitmon.db');
test.before(async () => {
  const subject = "replace(hex(zeroblob(999)), '00', 'a')";
  await writeLargeHistory(file, { name, url, commits, subject, committed: String(second) });
});

test.after.always(() => rm(dirname(file), { recursive: true }));

function open(t: ExecutionContext, reads: LongReads): StorePort {
  const store = openSqliteStore(file, { limits: { searches: reads, counts: reads } });
  t.teardown(() => store.close());
  return store;
}

/** Runs every read, and counts its steps but for the first. */
function counting() {
  const steps = { taken: 0 };
  const reads: LongReads = {
    run: async (read, signal) => {
      steps.taken = 0;
      return read(async () => {
        signal?.throwIfAborted();
        steps.taken++;
      });
    },
  };
  return { steps, reads };
}

test('commits of one second are counted step by step, to the last', async (t) => {
  const { steps, reads } = counting();
  const store = open(t, reads);
  const day = Math.floor(second / 86_400);
  const hours = Array.from({ length: 24 }, (_, hour) => (hour === 22 ? commits : 0));
  const all = { days: [{ day, commits }], hours };
  t.deepEqual(await store.commitCounts(version, { from: 0, to: 1e12 }), all);
  t.is(steps.taken, 8);
  t.like(await store.commitCounts(version, { from: second + 1, to: 1e12 }), { days: [] });
  t.like(await store.commitCounts(version, { from: 0, to: second }), { days: [] });
  t.deepEqual(await store.commitCounts(version, { from: second, to: second + 1 }), all);
});

for (const filter of [
  { since: second },
  { until: second + 1 },
  { since: 1, until: second + 1 },
  { since: second, author: 'Author 1' },
]) {
  test(`commits of one second are found from any of them on, by ${Object.keys(filter).join(', ')}`, async (t) => {
    const { steps, reads } = counting();
    const store = open(t, reads);
    for (const position of [0, 1, 10_000, commits - 2, commits]) {
      for (const side of ['after', 'before'] as const) {
        const from = { tip: version.tip, commits, position, committedAt: second, side };
        const page = await store.search(name, { filter, from, limit: 3 });
        const first = side === 'after' ? position : Math.min(Math.max(position + 4, 4), commits);
        const expected = [first, first - 1, first - 2].filter((number) => number > 0);
        const shas = page === 'moved' ? page : page?.commits.map(({ sha }) => sha);
        const atTop = side === 'before' && position + 4 > commits;
        t.deepEqual(
          shas,
          (atTop ? [commits, commits - 1, commits - 2] : expected).map(fakeSha),
          `${side} ${position}`,
        );
        t.is(steps.taken, 0);
      }
    }
  });
}

for (const filter of [
  { text: `${'a'.repeat(19)}b` },
  { text: `${'a'.repeat(199)}b` },
  { text: 'aé'.repeat(100) },
  { text: 'aab', since: 2e9 },
  { text: 'aab', author: 'Author 1' },
  { text: `${'a'.repeat(199)}b`, firstParent: true },
]) {
  const { text, ...others } = filter;
  const title = `${text.slice(0, 4)}… (${text.length})${Object.keys(others)
    .map((key) => `, ${key}`)
    .join('')}`;
  test(`a search that finds nothing ends when its reader has left: ${title}`, async (t) => {
    const { steps, reads } = counting();
    const store = open(t, reads);
    const found = await store.search(name, { filter, limit: 10 });
    t.like(found, { commits: [], next: null });
    const all = steps.taken;
    t.true(all > 1, `${all} steps`);
    const leaving = new AbortController();
    const left = store.search(name, { filter, limit: 10 }, leaving.signal);
    leaving.abort(new Error('left'));
    await t.throwsAsync(left, { message: 'left' });
    t.is(steps.taken, 0);
  });
}

test('long searches beyond the limit are busy, and short ones are answered beside', async (t) => {
  const refusal = 'Too many searches run at once; try again shortly.';
  const store = open(t, createLongReads({ permits: 1, maxWaiting: 0, refusal }));
  const filter = { text: `${'a'.repeat(19)}b` };
  const leaving = new AbortController();
  const running = store.search(name, { filter, limit: 10 }, leaving.signal);
  await t.throwsAsync(store.search(name, { filter, limit: 10 }), { code: 'busy' });
  t.like(await store.search(name, { filter: { text: 'aa' }, limit: 1 }), {
    commits: [{ sha: version.tip }],
  });
  leaving.abort(new Error('left'));
  await t.throwsAsync(running, { message: 'left' });
  t.like(await store.search(name, { filter, limit: 10 }), { commits: [] });
});
