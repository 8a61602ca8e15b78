import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { readDifference } from '../../../adapters/git/difference.ts';
import type { GitRunner } from '../../../adapters/git/run-git.ts';
import { messageLimit } from '../../../domain/commit.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

const name = (number: number) => number.toString(16).padStart(40, '0');

/** What `git log` writes of a commit that follows on the one before, up to its subject. */
const upToSubject = (number: number) =>
  [name(number), name(number - 1), 'Ada', '1', '1 +0000', '1', ''].join('\0');

function commits(first: number, last: number, subject: string): Buffer {
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return Buffer.from(numbers.map((number) => `${upToSubject(number)}${subject}\0`).join(''));
}

/** A git whose log says this, and how much memory of buffers there was at most while it was read. */
async function pretendLog(t: ExecutionContext, log: () => Iterable<Buffer>) {
  const path = await temporaryDirectory(t);
  await mkdir(join(path, 'objects/info'), { recursive: true });
  await writeFile(join(path, 'objects/info/commit-graph'), '');
  const seen = { bytes: 0, killed: 0, ended: false };
  const before = process.memoryUsage().arrayBuffers;
  function* watched() {
    for (const chunk of log()) {
      seen.bytes = Math.max(seen.bytes, process.memoryUsage().arrayBuffers - before);
      yield chunk;
    }
    seen.ended = true;
  }
  const git: GitRunner = {
    start: () => ({
      stdout: Readable.from(watched()),
      end: Promise.resolve({ exitCode: 0, killedBy: undefined, stderr: '' }),
      kill: () => seen.killed++,
    }),
    killAll: () => {},
  };
  const read = (buffered = { bytes: 0 }) =>
    readDifference(git, { path, from: name(0), to: name(1), buffered });
  return { seen, read };
}

test.serial('subjects of pushed commits are truncated while they are read', async (t) => {
  const piece = Buffer.alloc(65_536, 'x');
  const { seen, read } = await pretendLog(t, function* () {
    for (let number = 1; number <= 8; number++) {
      yield Buffer.from(upToSubject(number));
      for (let count = 0; count < 600; count++) yield Buffer.from(piece);
      yield Buffer.of(0);
    }
  });
  const difference = await read();
  t.is(difference?.fresh.length, 8);
  t.true(difference?.fresh.every(({ message }) => message.length === messageLimit));
  // Of 315 MB, some of which wait for the garbage collector.
  t.true(seen.bytes < 160e6, `${seen.bytes} bytes`);
});

test.serial('git is ended where more has been pushed than is read in one piece', async (t) => {
  const { seen, read } = await pretendLog(t, function* () {
    for (let number = 1; number < 1e6; number += 1000) yield commits(number, number + 999, 'x');
  });
  t.is(await read(), undefined);
  t.true(seen.killed > 0);
  t.false(seen.ended);
});

test.serial('what is pushed is no difference any more where it has more than 8 MiB', async (t) => {
  const usual = await pretendLog(t, () => [commits(1, 20_000, 'x'.repeat(60))]);
  t.is((await usual.read())?.fresh.length, 20_000);
  // The JSON of a control character has six bytes.
  const long = await pretendLog(t, function* () {
    for (let number = 1; number < 1e6; number += 100)
      yield commits(number, number + 99, '\u0001'.repeat(1000));
  });
  t.is(await long.read(), undefined);
  t.true(long.seen.killed > 0);
  t.false(long.seen.ended);
});

test.serial('a pushed commit that is longer than one may be is told as that', async (t) => {
  const { read } = await pretendLog(t, () => [
    Buffer.from(`${name(1)}\0`),
    Buffer.from(`${Array.from({ length: 1001 }, (_, index) => name(index)).join(' ')}\0`),
    Buffer.from(['Ada', '1', '1 +0000', '1', 'x', ''].join('\0')),
  ]);
  await t.throwsAsync(read(), { code: 'too_large', message: /more than 1,000 parents/ });
});

test.serial(
  'what is buffered of a difference counts against what is buffered of all',
  async (t) => {
    const usual = () => [commits(1, 10_000, 'x'.repeat(60))];
    const buffered = { bytes: 30e6 };
    t.truthy(await (await pretendLog(t, usual)).read(buffered));
    t.is(buffered.bytes, 30e6);
    buffered.bytes = 32e6;
    t.is(await (await pretendLog(t, usual)).read(buffered), undefined);
    t.is(buffered.bytes, 32e6);
  },
);
