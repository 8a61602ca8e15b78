import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import test from 'ava';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import { connectWriter } from '../../../adapters/sqlite/connect.ts';
import { openSqliteStore } from '../../../adapters/sqlite/sqlite.ts';
import { createWriter } from '../../../adapters/sqlite/write.ts';
import { at, databaseOf, history, url } from './database.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { batchesOf } from './batches.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { until } from '../../kit/until.ts';

test('a thread for writing that fails ends no server: writing fails, and works again by another thread', async (t) => {
  const file = join(await temporaryDirectory(t), 'gitmon.db');
  const told: string[] = [];
  const store = openSqliteStore(file, { warn: (message) => void told.push(message) });
  t.teardown(() => store.close());
  // The thread has not opened it yet.
  renameSync(file, `${file}.away`);
  mkdirSync(file);
  await t.throwsAsync(store.check(), { code: 'store_unavailable' });
  t.is(told.length, 1);
  t.regex(told[0] ?? '', /has ended, and is started again: /);
  rmdirSync(file);
  renameSync(`${file}.away`, file);
  await until(() =>
    store.check().then(
      () => true,
      () => false,
    ),
  );
  await store.saveHistory(history(2), Readable.from([fakeCommits(2)]));
  t.like(await store.saveProject({ name: 'a', url, maxProjects: 1 }), { project: { commits: 2 } });
});

test('writes that wait for a lock end in time, all of them, and are not made up for later', async (t) => {
  const file = await databaseOf(t, fakeCommits(1));
  const store = openSqliteStore(file, { timeoutMs: 2000 });
  t.teardown(() => store.close());
  await store.check();
  const neighbour = new DatabaseSync(file);
  neighbour.exec('BEGIN IMMEDIATE');
  const begin = performance.now();
  const writes = [1, 2, 3, 4, 5, 6].map(() => store.removeProject('a'));
  const outcomes = await Promise.allSettled([...writes, store.check()]);
  const took = performance.now() - begin;
  for (const outcome of outcomes) {
    t.like(outcome, { status: 'rejected', reason: { code: 'store_unavailable' } });
  }
  // One after the other they took 5 s each.
  t.true(took < 20_000, `${took} ms`);
  // One more, so that the thread has given up waiting for the lock for those before it.
  await t.throwsAsync(store.check(), { code: 'store_unavailable' });
  neighbour.exec('ROLLBACK');
  neighbour.close();
  await until(() =>
    store.check().then(
      () => true,
      () => false,
    ),
  );
  t.is((await store.project('a'))?.name, 'a');
});

test('a history that a project names is not dropped, without a write', async (t) => {
  const file = await databaseOf(t, fakeCommits(1));
  const store = openSqliteStore(file, { timeoutMs: 300_000 });
  t.teardown(() => store.close());
  const neighbour = new DatabaseSync(file);
  neighbour.exec('BEGIN IMMEDIATE');
  t.false(await store.dropHistory(url));
  neighbour.exec('ROLLBACK');
  neighbour.close();
  await store.removeProject('a');
  t.true(await store.dropHistory(url));
});

test('another history is shown in steps, between which others write, and it is right whatever they do', async (t) => {
  const file = await databaseOf(t, fakeCommits(25_000));
  const db = connectWriter(file);
  t.teardown(() => db.close());
  const writer = createWriter(db);
  const show = (between: (step: number) => void) => {
    const id = writer.begin();
    writer.append(id, 0, fakeCommits(20_001).slice(1));
    const steps = writer.publish(id, 20_000, history(20_000));
    for (let taken = 0; ; taken++) {
      const step = steps.next();
      if (step.done === true) return { taken, change: step.value };
      between(taken);
    }
  };
  const seen = show(() => writer.check());
  t.deepEqual(seen.change, { added: 0, lost: 5000 });
  t.true(seen.taken >= 4, `${seen.taken} steps`);
  const again = show((taken) => {
    if (taken > 1) return;
    writer.removeProject('a');
    writer.dropUrl(url);
  });
  t.deepEqual(again.change, { added: 20_000, lost: 0 });
});

test('what is measured in steps is what is measured of all at once', async (t) => {
  const count = 25_000;
  const commits = fakeCommits(count, (number) => ({
    author: `Author ${(number * 7919) % 300}`,
    // Over more than a year, some after now, many in one second.
    committedAt:
      number % 10 === 0 ? at - 86_400 : at + 10_000 - Math.floor(((count - number) / count) * 4e7),
  }));
  const file = await databaseOf(t, commits);
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const memory = createMemoryStore();
  await memory.saveHistory(history(count), Readable.from(batchesOf(commits)));
  await memory.saveProject({ name: 'a', url, maxProjects: 10 });
  const { activity } = (await memory.project('a')) ?? {};
  t.truthy(activity);
  t.deepEqual((await store.project('a'))?.activity, activity);
  const [newest, ...older] = fakeCommits(count + 1, () => ({ committedAt: at + 20_000 }));
  const difference = { fresh: newest ? [newest] : [], lost: [] };
  t.is(older.length, count);
  for (const each of [store, memory]) {
    t.deepEqual(await each.extendHistory(history(count + 1), fakeSha(count), difference), {
      added: 1,
      lost: 0,
    });
  }
  t.deepEqual((await store.project('a'))?.activity, (await memory.project('a'))?.activity);
});

test('a push that would move more than 20,000 commits is too different, and changes nothing', async (t) => {
  const count = 20_010;
  const file = await databaseOf(t, fakeCommits(count));
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  // What was committed long after its parent is merged: it comes between the commits of its time.
  const merge = (base: number, committedAt: number) => {
    const [tip, branch] = [fakeSha(count + 2), fakeSha(count + 1)];
    const fresh = fakeCommits(count + 2, (number) => ({
      parents: number === count + 2 ? [fakeSha(count), branch] : [fakeSha(base)],
      ...(number === count + 1 && { committedAt }),
    })).slice(0, 2);
    return store.extendHistory({ ...history(1), tip }, fakeSha(count), { fresh, lost: [] });
  };
  t.is(await merge(1, 1_700_000_101), 'too_different');
  t.like(await store.project('a'), { tip: fakeSha(count), commits: count });
  t.deepEqual(await merge(count - 20, 1_700_000_100 + count - 20), { added: 2, lost: 0 });
});

test('a forced push whose lost commits have more text than one transaction takes is too different', async (t) => {
  const count = 1500;
  const file = await databaseOf(
    t,
    fakeCommits(count, () => ({ message: '\u{1f600}'.repeat(990) })),
  );
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const [tip] = fakeCommits(count + 1);
  const push = (base: number) => {
    const lost = Array.from({ length: count - base }, (_, index) => fakeSha(count - index));
    const fresh = tip ? [{ ...tip, parents: [fakeSha(base)] }] : [];
    return store.extendHistory({ ...history(1), tip: fakeSha(count + 1) }, fakeSha(count), {
      fresh,
      lost,
    });
  };
  t.is(await push(10), 'too_different');
  t.like(await store.project('a'), { tip: fakeSha(count), commits: count });
  t.deepEqual(await push(count - 500), { added: 1, lost: 500 });
});

test('more authors than are remembered while writing are told apart', async (t) => {
  const count = 10_100;
  const author = (number: number) => `Author ${number % 10_050}`;
  const file = await databaseOf(
    t,
    fakeCommits(count, (number) => ({ author: author(number) })),
  );
  const store = openSqliteStore(file);
  t.teardown(() => store.close());
  const page = await store.commits('a', { limit: Infinity });
  const authors = page === 'moved' ? undefined : page?.commits.map((commit) => commit.author);
  t.deepEqual(
    authors,
    Array.from({ length: count }, (_, index) => author(count - index)),
  );
  t.is((await store.authors({ url, tip: fakeSha(count), commits: count }, 1)).total, 10_050);
});
