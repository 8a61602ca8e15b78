import test from 'ava';
import fc from 'fast-check';
import { truncate, parseEpoch } from '../../domain/commit.ts';

test('an epoch is a plain number up to the end of the year 9999, and anything else is null', (t) => {
  t.is(parseEpoch('0'), 0);
  t.is(parseEpoch('1700000000'), 1_700_000_000);
  t.is(parseEpoch('253402300799'), 253_402_300_799);
  t.is(parseEpoch('0000001700000000'), 1_700_000_000);
  for (const text of ['', '-1', '+1', '1.5', ' 1', '1 ', '0x10', '253402300800', '1000000000000']) {
    t.is(parseEpoch(text), null, text);
  }
});

test('a text is cut after a number of code points and never inside one', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 30 }), (text, limit) => {
      t.is(truncate(text, limit), Array.from(text).slice(0, limit).join(''));
    }),
  );
});
