import test from 'ava';
import fc from 'fast-check';
import { authorLimit, messageLimit } from '../../../domain/commit.ts';
import { formatGitDate } from '../../../domain/git-date.ts';
import { logFields, type LogField } from '../../../adapters/git/log-format.ts';
import { logParser } from '../../../adapters/git/parse-log.ts';
import { logPrinter } from '../../../adapters/git/print-log.ts';

type Texts = Readonly<Record<LogField, Uint8Array>>;

/** What git writes for one commit: each text followed by a NUL. */
function record(texts: Texts): Buffer {
  return Buffer.concat(logFields.flatMap((field) => [texts[field], Buffer.of(0)]));
}

/** Gives the bytes in chunks cut at the given places, as a pipe may, and collects what comes of them. */
function feed<Result>(
  bytes: Buffer,
  cuts: readonly number[],
  take: (chunk: Buffer) => Result,
): Result[] {
  const results: Result[] = [];
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted(
    (a, b) => a - b,
  );
  let start = 0;
  for (const place of [...places, bytes.length]) {
    // A copy that is spoilt afterwards: nobody may hold on to the memory of a chunk.
    const chunk = Buffer.from(bytes.subarray(start, place));
    results.push(take(chunk));
    chunk.fill(0xff);
    start = place;
  }
  return results;
}

const text = (maximum = 40) =>
  fc
    .oneof(fc.uint8Array({ maxLength: maximum }), fc.string({ unit: 'binary', maxLength: maximum }))
    .map((value) => Buffer.from(value).filter((byte) => byte !== 0));
const sha = fc.stringMatching(/^[0-9a-f]{40}$/);
const digits = fc.nat({ max: 4_000_000_000 }).map(String);
const anyCommit: fc.Arbitrary<Texts> = fc
  .record({
    sha,
    parents: fc.array(sha, { maxLength: 3 }).map((parents) => parents.join(' ')),
    author: text(),
    authoredAt: digits,
    authorDate: digits.map((epoch) => `${epoch} +0100`),
    committedAt: digits,
    message: text(5000),
  })
  .map((texts) => ({
    sha: Buffer.from(texts.sha),
    parents: Buffer.from(texts.parents),
    author: texts.author,
    authoredAt: Buffer.from(texts.authoredAt),
    authorDate: Buffer.from(texts.authorDate),
    committedAt: Buffer.from(texts.committedAt),
    message: texts.message,
  }));
const cuts = fc.array(fc.nat({ max: 20_000 }), { maxLength: 8 });

const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
const points = (bytes: Uint8Array, limit: number) =>
  Array.from(decode(bytes)).slice(0, limit).join('');

test('records of any bytes are read the same wherever the chunks are cut', (t) => {
  fc.assert(
    fc.property(fc.array(anyCommit, { maxLength: 5 }), cuts, (commits, places) => {
      const parse = logParser();
      const read = feed(Buffer.concat(commits.map(record)), places, parse).flat();
      t.deepEqual(
        read,
        commits.map((texts) => ({
          hash: decode(texts.sha).slice(0, 10),
          author: points(texts.author, authorLimit),
          date: formatGitDate(decode(texts.authorDate)),
          message: points(texts.message, messageLimit),
          sha: decode(texts.sha),
          authoredAt: Number(decode(texts.authoredAt)),
          committedAt: Number(decode(texts.committedAt)),
          parents: decode(texts.parents).split(' ').filter(Boolean),
        })),
      );
    }),
  );
});

test('bytes that are no records of git are read, or refused as too large', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), cuts, (bytes, places) => {
      try {
        const commits = feed(Buffer.from(bytes), places, logParser()).flat();
        t.true(commits.every(({ message }) => message.isWellFormed()));
      } catch (error) {
        // One field may be longer than it may be.
        t.like(error, { code: 'too_large' });
      }
    }),
  );
});

test('lines are printed byte for byte wherever the chunks are cut', (t) => {
  fc.assert(
    fc.property(fc.array(anyCommit, { maxLength: 5 }), cuts, (commits, places) => {
      const print = logPrinter(false);
      const bytes = Buffer.concat(commits.map(record));
      const printed = Buffer.concat(feed(bytes, places, (chunk) => Buffer.from(print(chunk))));
      const dates = [...(bytes.length > 0 ? logParser()(bytes) : [])].map(({ date }) => date);
      const lines = commits.flatMap((texts, index) => [
        texts.sha.subarray(0, 10),
        Buffer.from(' - '),
        texts.author,
        Buffer.from(`, ${dates[index] ?? ''} : `),
        texts.message,
        Buffer.from('\n'),
      ]);
      t.deepEqual(printed, Buffer.concat(lines));
    }),
  );
});

test('on a terminal nothing of a commit can steer it, and its text stays readable', (t) => {
  const printSafely = logPrinter(true);
  const texts = {
    sha: Buffer.from('0123456789abcdef0123456789abcdef01234567'),
    parents: Buffer.of(),
    author: Buffer.from('M\u202e\u0007ü'),
    authoredAt: Buffer.from('1700000000'),
    authorDate: Buffer.from('1700000000 +0000'),
    committedAt: Buffer.from('1700000000'),
    message: Buffer.from('\u001b[2J\u009b1m tab\there \u{1f680} \ufeffx\r'),
  };
  const bytes = record(texts);
  const whole = printSafely(bytes).toString();
  t.is(
    whole,
    '0123456789 - M\\u202e\\u0007ü, Tue Nov 14 22:13:20 2023 +0000 : ' +
      '\\u001b[2J\\u009b1m tab\there \u{1f680} \ufeffx\\u000d\n',
  );
  const byteByByte = logPrinter(true);
  t.is(
    Buffer.concat(Array.from(bytes, (byte) => Buffer.from(byteByByte(Buffer.of(byte))))).toString(),
    whole,
  );
});

test('a long subject is printed whole and kept cut, and its bytes are not held', (t) => {
  const head = [
    '0123456789abcdef0123456789abcdef01234567',
    '',
    'Ada',
    '1',
    '1 +0000',
    '1',
    '',
  ].join('\0');
  const parse = logParser();
  const print = logPrinter(false);
  const piece = Buffer.alloc(65_536, 'x');
  let printed = 0;
  for (const chunk of [Buffer.from(head), ...Array.from({ length: 160 }, () => piece)]) {
    t.deepEqual(parse(chunk), []);
    printed += print(chunk).length;
  }
  const [commit] = parse(Buffer.of(0));
  t.is(commit?.message.length, messageLimit);
  t.true(printed > 160 * 65_536);
});
