import test from 'ava';
import {
  createByteCache,
  type ByteCache,
  type ByteCacheOptions,
} from '../../../adapters/cache/lru.ts';

type Chunks = (signal: AbortSignal) => AsyncIterable<Uint8Array>;

/** A cache, of which these tests look at bytes without headers. */
function createCache(options: ByteCacheOptions) {
  const cache = createByteCache(options);
  const bytes = async (
    key: string,
    chunks: Chunks,
    given?: Parameters<ByteCache['getOrMake']>[2],
  ): Promise<Uint8Array | undefined> => {
    const make = async (signal: AbortSignal) => ({ headers: {}, chunks: chunks(signal) });
    return (await cache.getOrMake(key, make, given))?.bytes;
  };
  return { bytes };
}

/** Makes `count` chunks of `size` bytes, and counts how often and how far it was asked to. */
function source(count: number, size: number) {
  const seen = { begun: 0, made: 0, ended: 0 };
  const make = async function* () {
    seen.begun++;
    try {
      for (let chunk = 0; chunk < count; chunk++) {
        seen.made++;
        yield new Uint8Array(size).fill(chunk);
      }
    } finally {
      seen.ended++;
    }
  };
  return { seen, make };
}

test('bytes are made once, however many ask while they are made and afterwards', async (t) => {
  const cache = createCache({ maxBytes: 1e6 });
  const { seen, make } = source(3, 1000);
  const asked = await Promise.all([1, 2, 3].map(async () => cache.bytes('a', make)));
  const again = await cache.bytes('a', make);
  t.is(seen.begun, 1);
  t.is(again?.length, 3000);
  t.deepEqual([again?.[0], again?.[1000], again?.[2999]], [0, 1, 2]);
  for (const bytes of asked) t.is(bytes, again);
});

test('many bytes are kept as they came, and left to whoever made them', async (t) => {
  const cache = createCache({ maxBytes: 1e8 });
  const chunks = [3e6, 1, 0, 700, 2e6, 5].map((size, index) => Buffer.alloc(size, index + 1));
  const bytes = await cache.bytes('a', async function* () {
    yield* chunks;
  });
  t.true(Buffer.concat(chunks).equals(bytes ?? Buffer.of()));
  t.is(chunks[0]?.[2_999_999], 1);
});

test('each key has bytes of its own, and no bytes are bytes', async (t) => {
  const cache = createCache({ maxBytes: 1e6 });
  t.is((await cache.bytes('a', source(1, 10).make))?.length, 10);
  t.is((await cache.bytes('b', source(1, 20).make))?.length, 20);
  t.is((await cache.bytes('c', source(0, 0).make))?.length, 0);
});

test('what was asked for last stays, within the bytes there are', async (t) => {
  const cache = createCache({ maxBytes: 10_000 });
  const made: string[] = [];
  const ask = async (key: string) =>
    cache.bytes(key, async function* () {
      made.push(key);
      yield new Uint8Array(2000);
    });
  for (const key of ['a', 'b', 'c', 'd', 'a', 'e', 'a', 'd', 'e', 'b']) await ask(key);
  t.deepEqual(made, ['a', 'b', 'c', 'd', 'e', 'b']);
});

test('what is too large is given up soon, and not tried again', async (t) => {
  const cache = createCache({ maxBytes: 10_000 });
  const { seen, make } = source(1000, 1000);
  const asked = await Promise.all([cache.bytes('a', make), cache.bytes('a', make)]);
  t.deepEqual(asked, [undefined, undefined]);
  t.is(await cache.bytes('a', make), undefined);
  t.is(seen.begun, 1);
  t.is(seen.ended, 1);
  t.true(seen.made <= 5, `${seen.made} chunks`);
});

test('what is expected to be too large is not even begun', async (t) => {
  const cache = createCache({ maxBytes: 10_000 });
  const { seen, make } = source(1, 1000);
  t.is(await cache.bytes('a', make, { expected: 10_000 }), undefined);
  t.is(seen.begun, 0);
  t.is((await cache.bytes('a', make, { expected: 1000 }))?.length, 1000);
});

test('what cannot be made rejects for everybody, and is tried again', async (t) => {
  const cache = createCache({ maxBytes: 1e6 });
  const error = new Error('broken');
  const broken = async function* () {
    yield new Uint8Array(1);
    throw error;
  };
  const asked = await Promise.allSettled([cache.bytes('a', broken), cache.bytes('a', broken)]);
  for (const result of asked) t.like(result, { status: 'rejected', reason: error });
  t.is((await cache.bytes('a', source(1, 5).make))?.length, 5);
});

test('bytes go on being made while one of those who wait is left, and no longer', async (t) => {
  const cache = createCache({ maxBytes: 1e6 });
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const make = async function* (signal: AbortSignal) {
    signals.push(signal);
    yield new Uint8Array(1);
    await held;
    signal.throwIfAborted();
    yield new Uint8Array(1);
  };
  const readers = [1, 2].map(() => new AbortController());
  const asked = readers.map((reader) => cache.bytes('a', make, { reader }));
  readers[0]?.abort(new Error('left'));
  await t.throwsAsync(async () => asked[0], { message: 'left' });
  t.false(signals[0]?.aborted);
  readers[1]?.abort(new Error('left too'));
  await t.throwsAsync(async () => asked[1], { message: 'left too' });
  t.true(signals[0]?.aborted);
  // What is being given up is not joined.
  const again = cache.bytes('a', make, { reader: new AbortController() });
  letGo();
  t.is((await again)?.length, 2);
  t.is(signals.length, 2);
  t.is((await cache.bytes('a', make))?.length, 2);
});

test('bytes arrive though others took their room while they were made', async (t) => {
  const cache = createCache({ maxBytes: 10_000 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = cache.bytes('slow', async function* () {
    yield new Uint8Array(100);
    await promise;
  });
  for (let key = 0; key < 100; key++) await cache.bytes(`${key}`, source(1, 2000).make);
  resolve();
  t.is((await slow)?.length, 100);
});

for (const maxBytes of [0, 1, 500]) {
  test(`with room for ${maxBytes} bytes nothing is kept, and nothing breaks`, async (t) => {
    const cache = createCache({ maxBytes });
    t.is(await cache.bytes('a', source(1, 1).make), undefined);
    t.is(await cache.bytes('a', source(1, 1).make), undefined);
  });
}

test('few large answers are gathered at once, and small ones do not wait for them', async (t) => {
  const cache = createCache({ maxBytes: 1e9 });
  const { promise, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const large = ['a', 'b', 'c', 'd', 'e'].map((key) =>
    cache.bytes(
      key,
      async function* () {
        begun++;
        await promise;
        yield new Uint8Array(10);
      },
      { expected: 2 << 20 },
    ),
  );
  t.is((await cache.bytes('small', source(1, 5).make, { expected: 5 }))?.length, 5);
  t.is(begun, 2);
  resolve();
  for (const bytes of await Promise.all(large)) t.is(bytes?.length, 10);
  t.is(begun, 5);
});

test('what may not be gathered now is not begun, and what is kept is there all the same', async (t) => {
  let isFull = false;
  const cache = createCache({ maxBytes: 1e6, mayGather: () => !isFull });
  await cache.bytes('kept', source(1, 5).make);
  isFull = true;
  const { seen, make } = source(1, 5);
  t.is(await cache.bytes('a', make), undefined);
  t.is(seen.begun, 0);
  t.is((await cache.bytes('kept', make))?.length, 5);
  isFull = false;
  t.is((await cache.bytes('a', make))?.length, 5);
});

test('headers are kept beside the bytes, as one value', async (t) => {
  const cache = createByteCache({ maxBytes: 1e6 });
  const headers = { link: '</older>; rel="next"' };
  const make = async () => ({ headers, chunks: source(1, 5).make() });
  const [first, second] = [await cache.getOrMake('a', make), await cache.getOrMake('a', make)];
  t.deepEqual(first, { headers, bytes: Buffer.alloc(5) });
  t.is(second, first);
});

test('headers count like bytes, for what is kept and for what is too large', async (t) => {
  const cache = createByteCache({ maxBytes: 10_000 });
  const ask = (key: string, link: string) =>
    cache.getOrMake(key, async () => ({ headers: { link }, chunks: source(1, 1000).make() }));
  await ask('a', '');
  const { bytes: before } = cache.fill();
  await ask('b', 'x'.repeat(500));
  t.is(cache.fill().bytes, 2 * before + 500);
  t.is(await ask('c', 'x'.repeat(1500)), undefined);
  for (let key = 0; key < 20; key++) await ask(`${key}`, 'x'.repeat(900));
  t.true(cache.fill().bytes <= 10_000);
});
