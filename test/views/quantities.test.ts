import test from 'ava';
import fc from 'fast-check';
import { byteWords } from '../../views/browser/byte-words.ts';
import { durationWords } from '../../views/quantities.ts';

for (const [bytes, words] of [
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [1_234_567, '1.23 MB'],
  [536_870_912, '537 MB'],
  [50e9, '50 GB'],
  [2.5e12, '2.5 TB'],
  [5e15, '5,000 TB'],
] as const) {
  test(`${bytes} bytes are called ${words}`, (t) => t.is(byteWords(bytes), words));
}

for (const [seconds, words] of [
  [0, '0 seconds'],
  [0.9, '0 seconds'],
  [1, '1 second'],
  [59, '59 seconds'],
  [60, '1 minute'],
  [61, '1 minute, 1 second'],
  [3600, '1 hour'],
  [3661, '1 hour, 1 minute'],
  [86_400 * 3 + 3600 * 4 + 59, '3 days, 4 hours'],
  [86_400 * 400, '400 days'],
] as const) {
  test(`${seconds} seconds are called ${words}`, (t) => t.is(durationWords(seconds), words));
}

test('no time has more than two units, nor a number that its larger unit would hold', (t) => {
  fc.assert(
    fc.property(fc.nat(1e9), (seconds) => {
      const words = durationWords(seconds);
      t.regex(words, /^\d+ (?:day|hour|minute|second)s?(?:, \d{1,2} (?:hour|minute|second)s?)?$/);
      t.notRegex(words, /\b1 \w+s\b|\b(?:[6-9]\d|\d{3,}) (?:minute|second)s/);
    }),
  );
});
