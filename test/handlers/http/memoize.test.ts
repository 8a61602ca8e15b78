import test from 'ava';
import { memoize } from '../../../handlers/http/memoize.ts';

/** A function whose calls can be counted. */
function counted() {
  const calls: string[] = [];
  const length = memoize((text) => {
    calls.push(text);
    return text.length;
  });
  return { calls, length };
}

test('a result is computed once, however often its text comes', (t) => {
  const { calls, length } = counted();
  t.deepEqual(['ab', 'abc', 'ab', 'ab', 'abc', '', ''].map(length), [2, 3, 2, 2, 3, 0, 0]);
  t.deepEqual(calls, ['ab', 'abc', '']);
});

test('results of long texts are not kept, and ever new texts drop the oldest, so that nobody fills the memory', (t) => {
  const { calls, length } = counted();
  const long = 'a'.repeat(501);
  t.is(length(long), length(long));
  t.is(calls.length, 2);
  length('first');
  for (let index = 0; index < 2000; index++) length(String(index));
  calls.length = 0;
  t.is(length('first'), 5);
  t.is(length('1999'), 4);
  t.deepEqual(calls, ['first']);
});
