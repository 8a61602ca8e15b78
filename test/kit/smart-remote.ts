import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, deflateRawSync, deflateSync } from 'node:zlib';
import type { Answer } from './git-backend.ts';

/** Bytes, or what makes them; endless ones end with the connection. */
export type Bytes = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

interface SmartRemote {
  /** What is listed: lines of `ls-refs` without their lengths. {@link someCommit} as HEAD if not given. */
  readonly refs?: () => Bytes;
  /** The pack of a fetch, which is asked for in these words. */
  readonly pack?: (asked: string) => Bytes;
  /** Where further packs are, of which the client is told although it did not ask; a pack must be whole without them. */
  readonly packUris?: readonly string[];
  /** What is said while the pack is made, and before it. */
  readonly progress?: () => AsyncIterable<string>;
}

/** A length and a text, of which git's protocol consists. https://git-scm.com/docs/gitprotocol-common */
export function packet(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

export const flush = Buffer.from('0000');

export const someCommit = '1234567890'.repeat(4);

/** How an advertisement begins. */
export const service = Buffer.concat([packet('# service=git-upload-pack\n'), flush]);

/** A line of refs that takes much room. */
export const longRef = packet(`${someCommit} refs/heads/${'x'.repeat(900)}\n`);

export const headOf = (sha: string) => packet(`${sha} HEAD symref-target:refs/heads/main\n`);

const capabilities = ['version 2', 'ls-refs=unborn', 'fetch=shallow filter', 'object-format=sha1'];

const advertisement = Buffer.concat([
  service,
  ...capabilities.map((line) => packet(`${line}\n`)),
  flush,
]);

/** A server of protocol version 2 that is no git: what it lists and what it packs is as the test says. */
export function smartRemote({
  refs = () => [headOf(someCommit)],
  pack = () => [],
  packUris = [],
  progress = async function* () {},
}: SmartRemote): Answer {
  return async ({ request, response }) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'application/x-git-upload-pack-advertisement');
      response.end(advertisement);
      return;
    }
    const asked = await readBody(request);
    response.setHeader('content-type', 'application/x-git-upload-pack-result');
    const body = asked.includes('command=fetch')
      ? packfile(packUris, pack(asked), progress())
      : ended(refs());
    await pipeline(body, response).catch(() => response.destroy());
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const isPacked = request.headers['content-encoding'] === 'gzip';
  const body = await buffer(isPacked ? request.pipe(createGunzip()) : request);
  return body.toString('latin1');
}

async function* ended(packets: Bytes): AsyncGenerator<Uint8Array> {
  yield* packets;
  yield flush;
}

async function* packfile(
  packUris: readonly string[],
  pack: Bytes,
  progress: AsyncIterable<string>,
): AsyncGenerator<Uint8Array> {
  // https://git-scm.com/docs/packfile-uri
  if (packUris.length > 0) {
    yield packet('packfile-uris\n');
    for (const uri of packUris) yield packet(`${someCommit} ${uri}\n`);
    yield Buffer.from('0001');
  }
  yield packet('packfile\n');
  for await (const text of progress) yield packet(`\u0002${text}`);
  for await (const bytes of pack) {
    for (let start = 0; start < bytes.length; start += 60_000) {
      yield packet(Buffer.concat([Buffer.of(1), bytes.subarray(start, start + 60_000)]));
    }
  }
  yield flush;
}

const types = { commit: 1, tree: 2, blob: 3, delta: 7 } as const;

/** https://git-scm.com/docs/gitformat-pack */
export function packHeader(objects: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(objects, 8);
  return header;
}

/** What stands before an object: its type and its size, which need not be true. */
export function objectHeader(type: keyof typeof types, size: number): Buffer {
  const bytes: number[] = [];
  let [next, rest] = [(types[type] << 4) | (size % 16), Math.floor(size / 16)];
  for (; rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(next | 128);
    next = rest % 128;
  }
  return Buffer.from([...bytes, next]);
}

export function packedObject(type: 'commit' | 'tree' | 'blob', content: Uint8Array): Buffer {
  return Buffer.concat([objectHeader(type, content.length), deflateSync(content)]);
}

/** A whole pack, its digest at the end. */
export function packOf(objects: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat([packHeader(objects.length), ...objects]);
  return Buffer.concat([bytes, createHash('sha1').update(bytes).digest()]);
}

/** A stream of zlib that unpacks to so many bytes of the same kind, a thousand times what it takes. */
export function* inflating(header: Uint8Array, bytes: number, of = '0'): Generator<Uint8Array> {
  const each = 16_000_000;
  const block = deflateRawSync(Buffer.alloc(each, of), {
    level: 9,
    finishFlush: constants.Z_FULL_FLUSH,
  });
  yield header;
  for (let done = 0; done < bytes; done += each) yield block;
}

export const zlibHeader = Buffer.of(0x78, 0xda);
export const gzipHeader = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255);
