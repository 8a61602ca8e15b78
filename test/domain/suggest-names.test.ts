import test from 'ava';
import fc from 'fast-check';
import { editDistance, suggestNames } from '../../domain/suggest-names.ts';
import { threadCpuTime } from '../kit/thread-cpu-time.ts';

const names = ['spark', 'Sparks', 'kafka', 'Apollo-11', 'a', 'flink', 'redis', 'redis-cli'];

for (const [wanted, near] of [
  ['sprak', ['spark']],
  ['spark1', ['spark', 'Sparks']],
  ['SPARK', ['spark', 'Sparks']],
  ['apollo11', ['Apollo-11']],
  ['rediscli', ['redis-cli']],
  ['b', ['a']],
  ['hadoop', []],
  ['x'.repeat(100), []],
] as const) {
  test(`somebody who wrote ${wanted.slice(0, 20)} may have meant ${near.join(' or ') || 'none of them'}`, (t) => {
    t.deepEqual(suggestNames(wanted, names), near);
  });
}

test('of very many names as many are compared as have few letters together', (t) => {
  const many = (length: number) =>
    Array.from({ length: 999 }, (_, n) => `${n}`.padEnd(length, 'x'));
  t.deepEqual(suggestNames('spark1', [...many(6), 'spark']), ['spark']);
  const long = 'y'.repeat(100);
  t.deepEqual(suggestNames(long, [...many(100), long]), []);
  t.deepEqual(suggestNames(long, [...many(100).slice(0, 100), long]), [long]);
});

const name = fc.string({
  unit: fc.constantFrom('a', 'b', 'X', 'Y', '0', '9', '.', '-'),
  minLength: 1,
  maxLength: 12,
});

test('a distance is that of a metric: none from oneself, the same both ways, and no more than the longer text', (t) => {
  fc.assert(
    fc.property(name, name, (a, b) => {
      t.is(editDistance(a, a), 0);
      t.is(editDistance(a, b), editDistance(b, a));
      t.is(editDistance(a, b) === 0, a === b);
      t.true(editDistance(a, b) <= Math.max(a.length, b.length));
      t.true(editDistance(a, b) >= Math.abs(a.length - b.length));
      const distance = editDistance(a, b);
      for (const limit of [0, 1, 3]) {
        const bounded = editDistance(a, b, limit);
        t.true(distance <= limit ? bounded === distance : bounded > limit, `${a} ${b} ${limit}`);
      }
    }),
  );
});

test('one mistake of any kind is one letter', (t) => {
  const mistake = fc.tuple(name, fc.nat(), fc.constantFrom('put in', 'left out', 'exchanged'));
  fc.assert(
    fc.property(mistake, ([text, at, kind]) => {
      const place = at % text.length;
      const [head, letter, tail] = [text.slice(0, place), text[place] ?? '', text.slice(place + 1)];
      const wrong = {
        'put in': `${head}#${letter}${tail}`,
        'left out': head + tail,
        exchanged: head + tail.slice(0, 1) + letter + tail.slice(1),
      }[kind];
      t.true(editDistance(text, wrong) <= 1, `${text} ${wrong}`);
    }),
  );
});

test('what is near is there, is near, and is no more than was asked for', (t) => {
  fc.assert(
    fc.property(name, fc.array(name, { maxLength: 50 }), fc.nat(5), (wanted, all, most) => {
      const near = suggestNames(wanted, all, most);
      t.true(near.length <= most);
      for (const found of near) {
        t.true(all.includes(found));
        t.true(editDistance(wanted.toLowerCase(), found.toLowerCase()) <= 3);
      }
    }),
  );
});

test('very many long names take a moment', async (t) => {
  const many = Array.from({ length: 100_000 }, (_, index) => `${'x'.repeat(90)}${index}`);
  const { result, milliseconds } = await threadCpuTime(() =>
    suggestNames(`${'x'.repeat(90)}1`, many),
  );
  t.is(result.length, 3);
  t.log(`${Math.round(milliseconds)} ms`);
  t.true(milliseconds < 5000);
});
