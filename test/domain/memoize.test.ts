import test from 'ava';
import { memoize } from '../../domain/index.ts';

test('a text is looked at once, however often it comes', (t) => {
  const looked: string[] = [];
  const length = memoize((text) => {
    looked.push(text);
    return text.length;
  });
  t.deepEqual(['ab', 'abc', 'ab', 'ab', 'abc'].map(length), [2, 3, 2, 2, 3]);
  t.deepEqual(looked, ['ab', 'abc']);
});

test('an answer of undefined is remembered like any other', (t) => {
  let looks = 0;
  const nothing = memoize(() => {
    looks += 1;
    return undefined;
  });
  t.is(nothing('a'), undefined);
  t.is(nothing('a'), undefined);
  t.is(looks, 1);
});

test('long texts are not kept, and ever new ones make it forget, so that nobody fills the memory', (t) => {
  const looked: string[] = [];
  const same = memoize((text) => {
    looked.push(text);
    return text;
  });
  const long = 'a'.repeat(501);
  t.is(same(long), same(long));
  t.is(looked.length, 2);
  same('first');
  for (let index = 0; index < 2000; index++) same(String(index));
  looked.length = 0;
  t.is(same('first'), 'first');
  t.deepEqual(looked, ['first']);
});
