import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { remember, type CachePort } from '../domain/index.ts';
import { acceptsGzip } from './accept.ts';
import { streamBytes } from './answers-in-flight.ts';
import type { Call, RequestHeaders } from './handler.ts';
import { digest, type MadeText, type Render } from './made-text.ts';
import type { Encoding, Head, Reply, RepeatableReply } from './reply.ts';

interface Maker {
  readonly cache: CachePort;
  readonly render: Render;
  readonly version: string;
  /** Whoever waits for the answer; the signal is asked for only where it has to be made. */
  readonly reader: Pick<Call, 'signal'>;
}

/**
 * Answers with bytes that are made once and kept, with 304 where the client has them already, and with a stream where
 * they are too many to be kept. Each encoding is a representation, and so has a strong ETag, of its own.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-etag
 */
export async function represent(
  { reply, key }: RepeatableReply,
  headers: RequestHeaders,
  { cache, render, version, reader }: Maker,
): Promise<Reply> {
  const encoding = acceptsGzip(headers['accept-encoding']) ? 'gzip' : 'identity';
  const tag = tagOf(key, version, encoding);
  const etag = `"${tag}"`;
  const common = { vary: 'accept, accept-encoding', etag };
  const budget = reply.kind === 'texts' && reply.expected !== undefined ? 'history' : 'page';
  const known = knownTag(headers['if-none-match'], etag);
  if (known !== undefined) {
    return { kind: 'empty', status: 304, headers: { ...common, etag: known } };
  }
  const make = (signal: AbortSignal) => encode(() => texts(reply, render, signal), encoding);
  const head = {
    type: reply.kind === 'page' ? (reply.type ?? 'text/html; charset=utf-8') : reply.type,
    headers: {
      ...common,
      ...reply.headers,
      ...(encoding === 'gzip' && { 'content-encoding': encoding }),
    },
  };
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
  const { link } = reply;
  const made =
    link === undefined
      ? make
      : (signal: AbortSignal) =>
          labelled(
            () => link(signal),
            () => make(signal),
          );
  const bytes = await cache.bytes(tag, made, { expected, reader });
  if (bytes === undefined) {
    return {
      kind: 'stream',
      ...(await chunksOf()),
      ...withLink(head, await link?.(reader.signal)),
    };
  }
  if (link === undefined) return { kind: 'bytes', bytes, budget, isCached: true, ...head };
  const { label, rest } = unlabelled(bytes);
  return { kind: 'bytes', bytes: rest, budget, isCached: true, ...withLink(head, label) };
}

function withLink<Given extends Head>(head: Given, link: string | undefined): Given {
  return link === undefined || link === '' ? head : { ...head, headers: { ...head.headers, link } };
}

/** Puts a text before bytes, so that the cache keeps them as one. */
async function* labelled(
  label: () => Promise<string>,
  bytes: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const text = Buffer.from(await label());
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  yield Buffer.concat([length, text]);
  yield* bytes();
}

function unlabelled(bytes: Uint8Array): { readonly label: string; readonly rest: Uint8Array } {
  const { buffer, byteOffset } = bytes;
  const begin = 4 + new DataView(buffer, byteOffset).getUint32(0);
  return { label: Buffer.from(bytes.subarray(4, begin)).toString(), rest: bytes.subarray(begin) };
}

/** Answers with a text that was made for this request, or for some at once, and with 304 where it has come out the same. */
export async function present(made: MadeText, headers: RequestHeaders): Promise<Reply> {
  const { type, etag, head } = made;
  const encoding = acceptsGzip(headers['accept-encoding']) ? 'gzip' : 'identity';
  const vary = [head.headers?.['vary'] ?? [], 'accept-encoding'].flat().join(', ');
  const common = { ...head.headers, vary };
  const known = etag && knownTag(headers['if-none-match'], etag);
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
      ...(etag !== undefined && { etag: isGzip ? etag.replace(/"$/, '-gzip"') : etag }),
      ...(isGzip && { 'content-encoding': 'gzip' }),
    },
  };
}

/** The strong ETag of an answer as it is before it is compressed. */
export function etagOf(key: RepeatableReply['key'], version: string): string {
  return `"${tagOf(key, version, 'identity')}"`;
}

const keyDigest = remember(digest);

function tagOf(key: RepeatableReply['key'], version: string, encoding: Encoding): string {
  return keyDigest(JSON.stringify([version, ...key, encoding]));
}

/** Whether an If-Match header holds the ETag of an answer, in whichever encoding it was read; not a weak one. */
export function matches(header: string, key: RepeatableReply['key'], version: string): boolean {
  const encodings: readonly Encoding[] = ['gzip', 'identity'];
  const etags = encodings.map((encoding) => `"${tagOf(key, version, encoding)}"`);
  return header
    .split(',')
    .some((entry) => ['*', ...etags].includes(entry.trim().replace(byHost, '"')));
}

async function* texts(
  reply: RepeatableReply['reply'],
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

/**
 * The tag by which an If-None-Match header holds an answer: its own, or the one that a host gave it where it compressed it.
 * A weak tag counts as its strong one does.
 */
function knownTag(header: string | undefined, etag: string): string | undefined {
  if (header === undefined || header === etag) return header;
  const entries = header.split(',').map((entry) => entry.trim().replace(/^W\//, ''));
  if (entries.includes('*')) return etag;
  return entries.find((entry) => entry.replace(byHost, '"') === etag);
}

/** What a host adds to the tag of what it compresses. */
const byHost = /-(?:gzip|deflate)"$/;
