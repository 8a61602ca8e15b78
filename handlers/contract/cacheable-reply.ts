import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { CachedResponse, CachePort } from './ports.ts';
import { acceptsGzip } from '../http/accept.ts';
import { gzipTag, ifNoneMatch } from '../http/conditional.ts';
import { memoize } from '../http/memoize.ts';
import { streamBytes } from './answers-in-flight.ts';
import type { RequestContext, RequestHeaders } from './handler.ts';
import { digest, type MadeText, type Render } from './rendered-text.ts';
import type { Encoding, Reply, CacheableReply } from './reply.ts';

interface Maker {
  readonly cache: CachePort;
  readonly render: Render;
  readonly version: string;
  /** Whoever waits for the answer; the signal is asked for only where it has to be made. */
  readonly reader: Pick<RequestContext, 'signal'>;
}

/**
 * Answers with bytes that are made once and kept, with 304 where the client has them already, and with a stream where
 * they are too many to be kept. Each encoding is a representation, and so has a strong ETag, of its own.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-etag
 */
export async function fromCache(
  { reply, key }: CacheableReply,
  headers: RequestHeaders,
  { cache, render, version, reader }: Maker,
): Promise<Reply> {
  const encoding = acceptsGzip(headers['accept-encoding']) ? 'gzip' : 'identity';
  const tag = cacheKey(key, version, encoding);
  const etag = `"${tag}"`;
  const common = { vary: 'accept, accept-encoding', etag };
  const budget = reply.kind === 'texts' && reply.expected !== undefined ? 'history' : 'page';
  const known = ifNoneMatch(headers['if-none-match'], etag);
  if (known !== undefined) {
    return { kind: 'empty', status: 304, headers: { ...common, etag: known } };
  }
  const make = (signal: AbortSignal) => encode(() => texts(reply, render, signal), encoding);
  const headersOf = async (signal: AbortSignal) => {
    const link = await reply.link?.(signal);
    return link === undefined || link === '' ? noHeaders : { link };
  };
  const headOf = (made: CachedResponse['headers']) => ({
    type: reply.kind === 'page' ? (reply.type ?? 'text/html; charset=utf-8') : reply.type,
    headers: {
      ...common,
      ...reply.headers,
      ...(encoding === 'gzip' && { 'content-encoding': encoding }),
      ...made,
    },
  });
  // A page is read before any of it is sent: where its history has moved, it can be read anew.
  const chunksOf = async () => {
    const { signal } = reader;
    if (budget === 'history') {
      return {
        chunks: () => make(signal),
        held: { budget: 'stream', bytes: streamBytes },
      } as const;
    }
    const made: string[] = [];
    for await (const text of texts(reply, render, signal)) made.push(text);
    const bytes = made.reduce((sum, { length }) => sum + length, 0);
    return { chunks: () => encode(() => each(made), encoding), held: { budget, bytes } } as const;
  };
  const expected = reply.kind === 'texts' ? reply.expected?.[encoding] : undefined;
  const cached = await cache.getOrMake(
    tag,
    async (signal) => ({ headers: await headersOf(signal), chunks: make(signal) }),
    { expected, reader },
  );
  if (cached === undefined) {
    const chunks = await chunksOf();
    return { kind: 'stream', ...chunks, ...headOf(await headersOf(reader.signal)) };
  }
  const { bytes } = cached;
  return { kind: 'bytes', bytes, budget, isCached: true, ...headOf(cached.headers) };
}

const noHeaders: CachedResponse['headers'] = {};

/** Answers with a text that was made for this request, or for some at once, and with 304 where it has come out the same. */
export async function revalidate(made: MadeText, headers: RequestHeaders): Promise<Reply> {
  const { type, etag, head } = made;
  const encoding = acceptsGzip(headers['accept-encoding']) ? 'gzip' : 'identity';
  const vary = [head.headers?.['vary'] ?? [], 'accept-encoding'].flat().join(', ');
  const common = { ...head.headers, vary };
  const known = etag && ifNoneMatch(headers['if-none-match'], etag);
  if (known !== undefined) {
    return { kind: 'empty', status: 304, headers: { ...common, etag: known } };
  }
  const bytes = await made.bytes(encoding);
  const isGzip = encoding === 'gzip';
  return {
    kind: 'bytes',
    type,
    bytes,
    budget: 'page',
    isCached: false,
    headers: {
      ...common,
      ...(etag !== undefined && { etag: isGzip ? gzipTag(etag) : etag }),
      ...(isGzip && { 'content-encoding': 'gzip' }),
    },
  };
}

/** The strong ETag of an answer as it is before it is compressed. */
export function etagOf(key: CacheableReply['key'], version: string): string {
  return `"${cacheKey(key, version, 'identity')}"`;
}

const keyDigest = memoize(digest);

function cacheKey(key: CacheableReply['key'], version: string, encoding: Encoding): string {
  return keyDigest(JSON.stringify([version, ...key, encoding]));
}

/** The strong ETags of an answer, whichever encoding it was read in. */
export function etagsOf(key: CacheableReply['key'], version: string): readonly string[] {
  const encodings: readonly Encoding[] = ['gzip', 'identity'];
  return encodings.map((encoding) => `"${cacheKey(key, version, encoding)}"`);
}

async function* texts(
  reply: CacheableReply['reply'],
  render: Render,
  signal: AbortSignal,
): AsyncGenerator<string> {
  if (reply.kind === 'page') yield await render(await reply.page(signal));
  else yield* reply.texts(signal);
}

async function* each(made: readonly string[]): AsyncGenerator<string> {
  yield* made;
}

async function* encode(
  source: () => AsyncIterable<string>,
  encoding: Encoding,
): AsyncGenerator<Uint8Array> {
  if (encoding === 'identity') {
    const encoder = new TextEncoder();
    for await (const text of source()) yield encoder.encode(text);
    return;
  }
  const gzip = createGzip();
  const written = pipeline(source, gzip);
  // Reading fails likewise; of that somebody hears.
  written.catch(() => {});
  yield* gzip;
  await written;
}
