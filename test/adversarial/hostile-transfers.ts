import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import type { Answer } from '../kit/git-backend.ts';
import { redirect } from '../kit/git-faults.ts';
import { commitBytes, emptyTree, shaOf } from '../kit/git-objects.ts';
import {
  gzipHeader,
  headOf,
  inflating,
  longRef,
  objectHeader,
  packedObject,
  packet,
  packHeader,
  packOf,
  service,
  smartRemote,
  someCommit,
  zlibHeader,
  type Bytes,
} from '../kit/smart-remote.ts';

/** What would fill memory or disk, were there no bounds, in bytes. */
const veryMuch = 6e9;

const plainCommit = {
  tree: emptyTree,
  author: 'Ada <ada@example.com>',
  date: '1700000000 +0000',
  committer: 'Ada <ada@example.com>',
  committed: '1700000000 +0000',
  headers: [],
};

/** Remotes that would have git take very much of something, by what they do. */
export const attacks: Readonly<Record<string, Answer>> = {
  'a-pack-claims-2-to-the-31-objects': smartRemote({ pack: () => [packHeader(2 ** 31)] }),
  'a-pack-claims-more-objects-than-come': smartRemote({
    pack: () => repeated(packHeader(10_000_000), packedObject('blob', randomBytes(10)), 1e8),
  }),
  'a-pack-has-more-bytes-than-are-allowed': smartRemote({
    pack: () => repeated(packHeader(1e6), packedObject('blob', randomBytes(1e5)), veryMuch),
  }),
  'a-commit-unpacks-to-gigabytes': smartRemote({ pack: () => bomb('commit') }),
  'a-tree-unpacks-to-gigabytes': smartRemote({ pack: () => bomb('tree') }),
  'a-delta-unpacks-to-gigabytes': smartRemote({ pack: () => [deltas(1, 3e9)] }),
  'deltas-unpack-to-hundreds-of-megabytes-each': smartRemote({ pack: () => [deltas(64, 3e8)] }),
  'a-million-refs': smartRemote({ refs: () => pullRequests(1e6) }),
  'refs-without-end': smartRemote({ refs: () => repeated(headOf(someCommit), longRef, veryMuch) }),
  'refs-without-end-in-an-older-protocol': advertise(() =>
    repeated(service, Buffer.concat(Array.from({ length: 60 }, () => longRef)), veryMuch),
  ),
  'refs-unpack-to-gigabytes': advertise(() => inflating(gzipHeader, veryMuch), 'gzip'),
  'headers-without-end': async ({ request: { socket } }) =>
    send(
      repeated(Buffer.from('HTTP/1.1 200 OK\r\n'), Buffer.alloc(65_000, 'X-A: bcd\r\n'), veryMuch),
      socket,
    ),
  'progress-and-never-a-pack': smartRemote({ progress: drip }),
  'parents-are-withheld-again-and-again': withholding(),
  'redirects-without-end': redirect(302, (asked) => `/redirects-without-end${asked}`),
};

function advertise(bytes: () => Bytes, encoding = 'identity'): Answer {
  return async ({ response }) => {
    response.setHeader('content-type', 'application/x-git-upload-pack-advertisement');
    response.setHeader('content-encoding', encoding);
    await send(bytes(), response);
  };
}

async function send(bytes: Bytes, to: Writable): Promise<void> {
  await pipeline(bytes, to).catch(() => to.destroy());
}

function* repeated(begin: Uint8Array, each: Uint8Array, bytes: number): Generator<Uint8Array> {
  const many = Buffer.concat(Array.from({ length: Math.ceil(50_000 / each.length) }, () => each));
  yield begin;
  for (let sent = 0; sent < bytes; sent += many.length) yield many;
}

function* pullRequests(count: number): Generator<Uint8Array> {
  yield headOf(someCommit);
  for (let first = 0; first < count; first += 1000) {
    yield Buffer.concat(
      Array.from({ length: 1000 }, (_, index) =>
        packet(`${someCommit} refs/pull/${first + index}/head\n`),
      ),
    );
  }
}

/** One object that claims 3 GB and really unpacks to them. */
function* bomb(type: 'commit' | 'tree'): Generator<Uint8Array> {
  yield packHeader(1);
  yield objectHeader(type, 3e9);
  yield* inflating(zlibHeader, 3e9);
}

/** Deltas on one object of a megabyte, each of which copies it until it has so many bytes. */
function deltas(count: number, bytes: number): Buffer {
  const base = Buffer.alloc(1e6, 'x');
  // Copies 1,000,000 bytes (0x0f4240, lowest byte first) from offset 0: https://git-scm.com/docs/gitformat-pack
  const copy = Buffer.of(0b1111_0000, 0x40, 0x42, 0x0f);
  const delta = (round: number) =>
    Buffer.concat([
      sizeBytes(base.length),
      sizeBytes(bytes + 1),
      ...Array.from({ length: bytes / base.length }, () => copy),
      // So that each makes another object.
      Buffer.of(1, round),
    ]);
  const sha = Buffer.from(shaOf('blob', base), 'hex');
  const objects = Array.from({ length: count }, (_, round) => {
    const bytesOfDelta = delta(round);
    return Buffer.concat([
      objectHeader('delta', bytesOfDelta.length),
      sha,
      deflateSync(bytesOfDelta),
    ]);
  });
  return packOf([packedObject('blob', base), ...objects]);
}

/** A number as deltas have it: seven bits a byte, the lowest first. */
function sizeBytes(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.of(...bytes, rest);
    bytes.push((rest % 128) | 128);
  }
}

async function* drip(): AsyncGenerator<string> {
  for (;;) {
    yield 'working\n';
    await setTimeout(500);
  }
}

/** Of a long history each fetch gets one commit: the one that it wants, without its parents. */
function withholding(): Answer {
  const commits = new Map<string, Buffer>();
  let head = someCommit;
  for (let count = 0; count < 3000; count++) {
    const content = commitBytes({ ...plainCommit, parents: [head], message: `${count}\n` });
    head = shaOf('commit', content);
    commits.set(head, content);
  }
  return smartRemote({
    refs: () => [headOf(head)],
    pack: (asked) => {
      const wanted = [...asked.matchAll(/want ([0-9a-f]{40})/g)].map(([, sha = '']) => sha);
      const found = wanted.flatMap((sha) => commits.get(sha) ?? []);
      return [packOf(found.map((content) => packedObject('commit', content)))];
    },
  });
}
