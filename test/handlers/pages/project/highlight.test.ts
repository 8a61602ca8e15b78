import test from 'ava';
import fc from 'fast-check';
import { commitMatcher } from '../../../../domain/history/commit-filter.ts';
import { highlight } from '../../../../handlers/pages/project/highlight.ts';
import { fakeCommits } from '../../../kit/fake-ports.ts';

const written = (text: string, wanted: string | undefined) =>
  highlight(text, wanted)
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join('');

for (const [text, wanted, expected] of [
  ['Fix the fixture, FIX it', 'fix', '[Fix] the [fix]ture, [FIX] it'],
  ['nothing', 'thing to do', 'nothing'],
  ['', 'x', ''],
  ['all of it', undefined, 'all of it'],
  ['aaaaa', 'aa', '[aa][aa]a'],
  ['a <b> & c', '<B>', 'a [<b>] & c'],
  ['İstanbul, İzmir', 'i', '[İ]stanbul, [İ]zm[i]r'],
  ['İİ x', '\u0307i', '[İİ] x'],
  ['ΟΔΟΣ', 'ος', 'ΟΔ[ΟΣ]'],
  ['up 🚀 and 🚀', '🚀', 'up [🚀] and [🚀]'],
] as const) {
  test(`"${text}" is marked where it holds "${wanted ?? ''}"`, (t) => {
    t.is(written(text, wanted), expected);
  });
}

test('of a text that holds it very often the first ten are marked', (t) => {
  const pieces = highlight('a'.repeat(1000), 'a');
  t.is(pieces.length, 11);
  t.is(pieces.filter(({ hit }) => hit).length, 10);
  t.deepEqual(pieces.at(-1), { text: 'a'.repeat(990), hit: false });
});

const alphabet = fc.constantFrom(...Array.from('aAiIİıßẞsSΣσςKk.<&🚀𐐀𐐨\u0307\ud800'));
const text = fc.oneof(fc.string({ unit: alphabet, maxLength: 12 }), fc.string({ maxLength: 30 }));

test('the pieces are the text, and one is a hit just where a search finds it', (t) => {
  const [commit] = fakeCommits(1);
  fc.assert(
    fc.property(
      text,
      fc.string({ unit: alphabet, minLength: 1, maxLength: 3 }),
      (message, wanted) => {
        const pieces = highlight(message, wanted);
        t.is(pieces.map((piece) => piece.text).join(''), message);
        t.true(pieces.every((piece) => piece.text !== ''));
        const finds =
          commit !== undefined && commitMatcher({ text: wanted })({ ...commit, message });
        t.is(
          pieces.some((piece) => piece.hit),
          finds,
          JSON.stringify([message, wanted]),
        );
      },
    ),
    { numRuns: 2000 },
  );
});
