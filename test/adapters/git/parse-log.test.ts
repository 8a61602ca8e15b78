import test from 'ava';
import fc from 'fast-check';
import { authorLimit, maxParents, messageLimit } from '../../../domain/commit.ts';
import { DomainError } from '../../../domain/errors.ts';
import { logFields, maxDateBytes, type LogField } from '../../../adapters/git/log-format.ts';
import { logParser } from '../../../adapters/git/parse-log.ts';

const sha = '0123456789abcdef0123456789abcdef01234567';

const plain: Readonly<Record<LogField, string>> = {
  sha,
  parents: '',
  author: 'Ada',
  authoredAt: '1700000000',
  authorDate: '1700000000 +0000',
  committedAt: '1700000000',
  message: 'x',
};

function record(texts: Partial<Record<LogField, string>>): Buffer {
  const all = { ...plain, ...texts };
  return Buffer.from(logFields.map((field) => `${all[field]}\0`).join(''));
}

const parents = (count: number, name = sha) => Array.from({ length: count }, () => name).join(' ');

/** Reads records in chunks of such lengths, which come again and again. */
function read(bytes: Buffer, lengths: readonly number[]) {
  const parse = logParser();
  const commits = [];
  for (let start = 0, chunk = 0; start < bytes.length; chunk++) {
    const end = start + (lengths[chunk % lengths.length] ?? bytes.length);
    commits.push(...parse(bytes.subarray(start, end)));
    start = end;
  }
  return commits;
}

const lengths = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 4 });

test('a field of any length is kept within its limit, or refused, wherever the chunks are cut', (t) => {
  const date = fc
    .integer({ min: 1, max: maxDateBytes + 4 })
    .map((length) => '1'.padStart(length, '0'));
  const parent = fc.constantFrom(sha, sha + sha.slice(0, 24));
  const count = fc.oneof(
    fc.integer({ min: maxParents - 2, max: maxParents + 2 }),
    fc.integer({ min: 0, max: 3000 }),
  );
  const texts = fc.record({
    count,
    parent,
    author: fc.string({ unit: 'binary', maxLength: 3 * authorLimit }),
    authoredAt: date,
    committedAt: date,
    message: fc.string({ unit: 'binary', maxLength: 3 * messageLimit }),
  });
  const without0 = (text: string) => text.replaceAll('\0', '');
  const property = fc.property(texts, lengths, (fields, chunks) => {
    const author = without0(fields.author);
    const message = without0(fields.message);
    const { authoredAt, committedAt } = fields;
    const names = parents(fields.count, fields.parent);
    const bytes = record({ authoredAt, committedAt, author, message, parents: names });
    const isRefused =
      fields.count > maxParents ||
      [authoredAt, committedAt].some(({ length }) => length > maxDateBytes);
    if (isRefused) {
      const error = t.throws(() => read(bytes, chunks), { instanceOf: DomainError });
      t.is(error?.code, 'too_large');
      return;
    }
    const [commit] = read(bytes, chunks);
    t.is(commit?.parents.length, fields.count);
    t.is(commit?.authoredAt, 1);
    t.is(commit?.author, Array.from(author).slice(0, authorLimit).join(''));
    t.is(commit?.message, Array.from(message).slice(0, messageLimit).join(''));
  });
  fc.assert(property, { numRuns: 50 });
});

for (const objectName of [sha, sha + sha.slice(0, 24)]) {
  test(`a commit has 1,000 parents at most, of names of ${objectName.length} digits`, (t) => {
    const [commit] = read(record({ sha: objectName, parents: parents(1000, objectName) }), [1000]);
    t.is(commit?.parents.length, 1000);
    const error = t.throws(() => read(record({ parents: parents(1001, objectName) }), [1000]));
    t.like(error, {
      message:
        'Commit 0123456789 of this repository has more than 1,000 parents, which this server does not read; a history without that commit can be added.',
      cause: `commit ${sha} has more than 1,000 parents`,
    });
  });
}

const longDates: readonly LogField[] = ['authoredAt', 'authorDate', 'committedAt'];
for (const field of longDates) {
  test(`a commit is refused whose ${field} is longer than any date`, (t) => {
    t.is(read(record({ [field]: '1'.padStart(maxDateBytes, '0') }), [7]).length, 1);
    const error = t.throws(() =>
      read(record({ [field]: '1'.padStart(1 + maxDateBytes, '0') }), [7]),
    );
    t.regex(error?.message ?? '', /^Commit 0123456789 .* has a date of more than 32 digits, /);
  });
}

/** Fields that never end, and what a parser says of each. */
const endless: Readonly<Record<LogField, 'too_large' | 'truncated'>> = {
  sha: 'truncated',
  parents: 'too_large',
  author: 'truncated',
  authoredAt: 'too_large',
  authorDate: 'too_large',
  committedAt: 'too_large',
  message: 'truncated',
};
for (const [field, outcome] of Object.entries(endless)) {
  test(`of an endless ${field} no more is buffered than may be kept: ${outcome}`, (t) => {
    const parse = logParser();
    const before = logFields.slice(
      0,
      logFields.findIndex((other) => other === field),
    );
    parse(Buffer.from(before.map((other) => `${plain[other]}\0`).join('')));
    const piece = Buffer.alloc(65_536, '0');
    const feed = () => {
      for (let number = 0; number < 2000; number++) parse(piece);
    };
    if (outcome === 'too_large') {
      t.like(t.throws(feed), { code: 'too_large' });
      return;
    }
    const held = process.memoryUsage().arrayBuffers;
    feed();
    // 131 MB have come.
    t.true(process.memoryUsage().arrayBuffers - held < 20e6);
  });
}
