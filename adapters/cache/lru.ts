import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { raceAbort } from '../../domain/concurrency/race-abort.ts';
import { ofSource, sourceOf } from '../../domain/concurrency/reader-source.ts';
import { createSemaphore } from '../../domain/concurrency/semaphore.ts';

/** Kept in place of bytes that are too many to be kept. */
const tooLarge = Symbol('too large');

/** What an entry takes besides its bytes: its key, its place in the list. */
const overhead = 256;

type Made = Uint8Array | typeof tooLarge;

/** What is made just now, for as long as somebody waits for it. */
interface Making {
  readonly made: Promise<Made>;
  readonly controller: AbortController;
  waiters: number;
}
/** How many are gathered at once, so that few are in memory beside what is kept: those known to be large, and others. */
const largeBytes = 1 << 20;
const atOnce = { large: 2, small: 16 };

export interface ByteCacheOptions {
  /** How many in all; one entry takes a quarter of them at most, which may be gathered before it shows to be too many. */
  readonly maxBytes: number;
  /** Is told what came of each request. */
  readonly asked?: (result: 'hit' | 'miss' | 'too_large') => void;
  /** Whether so many bytes, at least, may be made and kept now; always where absent. */
  readonly mayGather?: (expected: number | undefined) => boolean;
}

type Make = (signal: AbortSignal) => AsyncIterable<Uint8Array>;

/** `CachePort` of the handlers, with what is told of it. */
export interface ByteCache {
  bytes(
    key: string,
    make: Make,
    options?: {
      readonly expected?: number | undefined;
      readonly reader?: { readonly signal: AbortSignal };
    },
  ): Promise<Uint8Array | undefined>;
  /** What is kept now, and how it went so far. */
  fill(): {
    readonly bytes: number;
    readonly maxBytes: number;
    readonly asked: number;
    readonly hits: number;
  };
}

/** Keeps the bytes that were asked for last, in this process. */
export function createByteCache({
  maxBytes,
  asked,
  mayGather = () => true,
}: ByteCacheOptions): ByteCache {
  const longest = Math.floor(maxBytes / 4) - overhead;
  const kept = new LRUCache<string, Made>({
    maxSize: Math.max(1, maxBytes),
    sizeCalculation: (value) => (value === tooLarge ? 0 : value.length) + overhead,
  });
  // Not lru-cache's own `fetch`: what it is still fetching can lose its room, and would then be fetched again.
  const making = new Map<string, Making>();

  const limit = (permits: number) =>
    createSemaphore({
      permits,
      maxWaiting: 1000,
      refusal: 'Too many answers are made at once; try again shortly.',
    });
  const permits = { large: limit(atOnce.large), small: limit(atOnce.small) };

  const gatherInTurn = async (make: Make, expected: number, signal: AbortSignal): Promise<Made> => {
    const release = await (expected > largeBytes ? permits.large : permits.small).acquire(signal);
    try {
      return await gather(make(signal), longest, signal);
    } finally {
      release();
    }
  };

  const begin = (key: string, make: Make, expected: number, source: string | undefined): Making => {
    const controller = new AbortController();
    const signal = ofSource(controller.signal, source);
    const leave = () => {
      if (making.get(key) === begun) making.delete(key);
    };
    const run = async () => {
      try {
        const bytes = await gatherInTurn(make, expected, signal);
        kept.set(key, bytes);
        return bytes;
      } finally {
        leave();
      }
    };
    const { promise: made, resolve } = Promise.withResolvers<Made>();
    const begun = { made, controller, waiters: 0 };
    making.set(key, begun);
    resolve(run());
    // When everybody has left, nobody hears that it was given up; who comes then begins anew.
    made.catch(() => {});
    signal.addEventListener('abort', leave, { once: true });
    return begun;
  };

  const wait = async (key: string, one: Making, signal: AbortSignal | undefined): Promise<Made> => {
    one.waiters++;
    try {
      return await raceAbort(one.made, signal);
    } finally {
      one.waiters--;
      if (one.waiters === 0 && making.get(key) === one) one.controller.abort(signal?.reason);
    }
  };

  const counted = { asked: 0, hits: 0 };
  return {
    fill: () => ({ bytes: kept.calculatedSize, maxBytes, ...counted }),

    async bytes(key, make, { expected, reader } = {}) {
      const known = longest > (expected ?? 0) ? kept.get(key) : tooLarge;
      const result = known === undefined ? 'miss' : known === tooLarge ? 'too_large' : 'hit';
      counted.asked++;
      if (result === 'hit') counted.hits++;
      asked?.(result);
      if (known !== undefined) return known === tooLarge ? undefined : known;
      const running = making.get(key);
      if (running === undefined && !mayGather(expected)) return undefined;
      const signal = reader?.signal;
      const one = running ?? begin(key, make, expected ?? 0, sourceOf(signal));
      const found = await wait(key, one, signal);
      return found === tooLarge ? undefined : found;
    },
  };
}

/** How many bytes are copied in a row, in less than a millisecond. */
const stride = 1 << 20;

/**
 * All the chunks as one, unless they are longer than that together. Of small ones no more than a stride is kept as it came:
 * the memory of thousands, freed at last, would stay with the process.
 */
async function gather(
  chunks: AsyncIterable<Uint8Array>,
  longest: number,
  signal: AbortSignal,
): Promise<Made> {
  const slabs: Buffer<ArrayBuffer>[] = [];
  let small: Uint8Array[] = [];
  let smallBytes = 0;
  let length = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    length += chunk.length;
    if (length > longest) return tooLarge;
    small.push(chunk);
    smallBytes += chunk.length;
    if (smallBytes < stride) continue;
    slabs.push(concat(small, smallBytes));
    small = [];
    smallBytes = 0;
  }
  const last = concat(small, smallBytes);
  return slabs.length === 0 ? last : join([...slabs, last], length);
}

/** As `Buffer.concat` does, in memory that is shared with nothing else. */
function concat(chunks: readonly Uint8Array[], length: number): Buffer<ArrayBuffer> {
  const joined = Buffer.allocUnsafeSlow(length);
  let copied = 0;
  for (const chunk of chunks) {
    joined.set(chunk, copied);
    copied += chunk.length;
  }
  return joined;
}

/** Makes one of the slabs, which are empty afterwards, leaving the event loop to others after each. */
async function join(slabs: readonly Buffer<ArrayBuffer>[], length: number): Promise<Uint8Array> {
  const joined = Buffer.allocUnsafeSlow(length);
  let copied = 0;
  for (const slab of slabs) {
    joined.set(slab, copied);
    copied += slab.length;
    // Frees it at once, so that there are never twice as many bytes.
    slab.buffer.transfer(0);
    await setImmediate();
  }
  return joined;
}
