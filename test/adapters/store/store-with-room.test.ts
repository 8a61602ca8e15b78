import { Readable } from 'node:stream';
import test from 'ava';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import { keepFree } from '../../../adapters/disk/free-disk.ts';
import { storeWithRoom } from '../../../adapters/store/store-with-room.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

const url = 'https://example.org/a.git';
const history = { url, defaultBranch: 'main', at: 1, nextRefreshAt: 2, tipChangedAt: 1 };
const batches = (count: number) => Array.from({ length: count }, () => fakeCommits(1000));

test('room is asked for again and again while a history is written', async (t) => {
  let asked = 0;
  const store = storeWithRoom(createMemoryStore(), async () => ++asked < 5);
  const read: number[] = [];
  const saved = store.saveHistory(
    { ...history, tip: fakeSha(1) },
    (async function* () {
      for (const [index, batch] of batches(100).entries()) {
        read.push(index);
        yield batch;
      }
    })(),
  );
  await t.throwsAsync(saved, { code: 'no_room' });
  t.is(asked, 5);
  t.true(read.length < 20, String(read.length));
  t.is(await store.findHistory(url), undefined);
});

test('a few new commits are kept whatever room there is, very many are not', async (t) => {
  let hasRoom = true;
  const store = storeWithRoom(createMemoryStore(), async () => hasRoom);
  await store.saveHistory({ ...history, tip: fakeSha(2) }, Readable.from([fakeCommits(2)]));
  hasRoom = false;
  const extend = (from: number, to: number) => {
    const fresh = fakeCommits(to).slice(0, to - from);
    return store.extendHistory({ ...history, tip: fakeSha(to) }, fakeSha(from), {
      fresh,
      lost: [],
    });
  };
  t.deepEqual(await extend(2, 12), { added: 10, lost: 0 });
  await t.throwsAsync(extend(12, 5000), { code: 'no_room' });
  await t.throwsAsync(
    store.saveHistory({ ...history, tip: fakeSha(3) }, Readable.from([fakeCommits(3)])),
    { code: 'no_room' },
  );
});

test('room is that of each directory, and 0 bytes are always free', async (t) => {
  const directory = await temporaryDirectory(t);
  t.true(await keepFree([directory, directory], 1)());
  t.false(await keepFree([directory, '/proc'], 1)());
  t.true(await keepFree([directory, '/proc'], 0)());
  await t.throwsAsync(keepFree([directory, `${directory}/away`], 1)(), {
    code: 'store_unavailable',
  });
});
