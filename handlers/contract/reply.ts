/**
 * What the memory of an answer counts to: a `history` can be streamed instead of being held whole, a `page` cannot, and a
 * `stream` holds the batch that it is at.
 */
export type Budget = 'history' | 'page' | 'stream';

export interface Head {
  /** 200 where absent. */
  readonly status?: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What went wrong, for the log, where the answer tells of it in its own way. */
  readonly cause?: unknown;
}

/** A page that a host renders: the template of that name in `views/`, and what it shows. `pages/view.ts` makes it. */
export interface Page<Context extends object = object> {
  readonly kind: 'view';
  readonly view: string;
  readonly context: Context;
}

interface TextReply {
  readonly kind: 'text';
  readonly type: string;
  readonly text: string;
}

/** An answer without a body, such as 204. */
interface EmptyReply {
  readonly kind: 'empty';
}

/** Ready bytes, in the encoding that the headers name. */
interface BytesReply {
  readonly kind: 'bytes';
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly budget: Extract<Budget, 'history' | 'page'>;
  /** Whether the cache keeps them, so that sending them once more takes no memory. */
  readonly isCached: boolean;
}

/** Bytes made while they are sent, so that very many are never in memory at once. */
interface StreamReply {
  readonly kind: 'stream';
  readonly type: string;
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** What it holds in memory until it has been sent; absent where it has a bound of its own. */
  readonly held?: { readonly budget: Budget; readonly bytes: number };
}

/** What can be sent as it is. */
export type RawReply = Head & (BytesReply | (EmptyReply & { readonly status: 304 }));

/** What is still to be rendered, compressed or streamed. */
export type HostReply = Head & (Page | TextReply | EmptyReply | StreamReply);

/** An answer as plain data: each host turns it into its own kind of response. */
export type Reply = RawReply | HostReply;

/** How the bytes of an answer may be encoded; a value of `Content-Encoding`. */
export type Encoding = 'gzip' | 'identity';

/**
 * An answer that is the same, byte for byte, as long as its key is. {@link fromCache} makes a {@link Reply} of it: once for
 * all who ask meanwhile, so the signal that making it gets is none of a request, and aborts when all of them have left.
 */
export interface CacheableReply {
  readonly kind: 'repeatable';
  /** All that the answer is made from, in values that JSON can hold. */
  readonly key: readonly unknown[];
  readonly reply: Head & {
    /** The `Link` header where that shows only in making the answer; empty for none. It is kept as the answer is. */
    readonly link?: (signal: AbortSignal) => Promise<string>;
  } & (
      | {
          readonly kind: 'page';
          /** `text/html` where absent. */
          readonly type?: string;
          readonly page: (signal: AbortSignal) => Promise<Page>;
        }
      | {
          readonly kind: 'texts';
          readonly type: string;
          readonly texts: (signal: AbortSignal) => AsyncIterable<string>;
          /** How many bytes there will be at least, in each encoding, where they may be very many. */
          readonly expected?: Readonly<Record<Encoding, number>>;
        }
    );
}

/** A reply of one JSON value. */
export function json(value: unknown, head: Head & { readonly type?: string } = {}): HostReply {
  return { kind: 'text', type: 'application/json', text: JSON.stringify(value), ...head };
}

/** A repeatable reply of one JSON value. */
export function repeatableJson(
  key: CacheableReply['key'],
  make: (signal: AbortSignal) => unknown,
  headers: Readonly<Record<string, string>> = {},
  link?: (signal: AbortSignal) => Promise<string>,
): CacheableReply {
  async function* texts(signal: AbortSignal) {
    yield JSON.stringify(await make(signal));
  }
  return {
    kind: 'repeatable',
    key,
    reply: {
      kind: 'texts',
      type: 'application/json; charset=utf-8',
      texts,
      headers,
      ...(link && { link }),
    },
  };
}
