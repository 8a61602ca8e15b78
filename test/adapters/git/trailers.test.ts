import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { parseTrailers, splitMessage } from '../../../adapters/git/trailers.ts';
import { git } from '../../kit/git.ts';
import { createRepository } from '../../kit/repository.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';
import { threadCpuTime } from '../../kit/thread-cpu-time.ts';

const scissors = '# ------------------------ >8 ------------------------';

/** Lines of which messages with and without trailers are made; blank ones and keys are as frequent as all others. */
const line = fc.oneof(
  fc.constant(''),
  fc
    .tuple(
      fc.constantFrom(
        'Fixes',
        'Signed-off-by',
        'See also',
        'A-1',
        'ä',
        '-',
        '',
        ' Fixes',
        '#Fixes',
      ),
      fc.constantFrom(':', ' :', '\t:\t', ': ', '', ':\r', '::', ' '),
      fc.constantFrom('', 'x', ' Ada <a@b> ', 'a\tb', 'https://e.org/1:2', '\u00a0x'),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    'plain words',
    ' continued',
    '\tcontinued: x',
    '  ',
    '\t',
    '\r',
    ' \r',
    '# a comment',
    '#',
    'Conflicts:',
    '\tfile.c',
    '(cherry picked from commit 0123)',
    'Signed-off-by: Ada',
    '---',
    scissors,
    `${scissors} `,
    '\u000b',
  ),
);
const message = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 12 }), fc.boolean())
  .map(([lines, isEnded]) => `${lines.join('\n')}${isEnded ? '\n' : ''}`);

const separators = { record: '\u0003', field: '\u0004', trailer: '\u0001', key: '\u0002' };

/** What git says of commits with these messages: the trailers of each, its whole message and its body. */
async function gitSays(path: string, shas: readonly string[]) {
  const format = '%(trailers:only,unfold,separator=%x01,key_value_separator=%x02)%x04%B%x04%b%x03';
  const printed = await git(
    path,
    ['log', '--no-walk=unsorted', '--stdin', `--format=tformat:${format}`],
    { input: Buffer.from(shas.join('\n')) },
  );
  return printed
    .split(separators.record)
    .slice(0, -1)
    .map((record) => {
      const [trailers = '', whole = '', body = ''] = record
        .replace(/^\n/, '')
        .split(separators.field);
      return {
        whole,
        body,
        trailers:
          trailers === ''
            ? []
            : trailers.split(separators.trailer).map((trailer) => {
                const [key = '', value = ''] = trailer.split(separators.key);
                return { key, value };
              }),
      };
    });
}

test('trailers and bodies are those that git finds, whatever a message looks like', async (t) => {
  const { path, commit } = await createRepository(join(await temporaryDirectory(t), 'x.git'));
  const messages = fc.sample(message, 1500);
  const shas: string[] = [];
  for (const text of messages) shas.push(await commit({ message: text }));
  const said = await gitSays(path, shas);
  t.is(said.length, messages.length);
  for (const [index, { trailers, whole, body }] of said.entries()) {
    const split = splitMessage(whole);
    const found = { body: split.body, trailers: parseTrailers(split.whole, 1000) };
    t.deepEqual(found, { body, trailers }, JSON.stringify(messages[index]));
  }
  t.true(said.filter(({ trailers }) => trailers.length > 0).length > messages.length / 20);
});

test('a message of very many lines is read in a time in proportion to it', async (t) => {
  const times = (count: number) => [
    `s\n\nA: b\n${' c\n'.repeat(count)}`,
    `s\n\n${'A: b\n'.repeat(count)}`,
    `s\n\n${'\n'.repeat(count)}A: b\n`,
    `s\n\nA: ${' '.repeat(count)}b${'\t'.repeat(count)}\n`,
    '#\n'.repeat(count),
    'A'.repeat(count),
    `s\n\nA${' '.repeat(count)}b`,
    `s\n\nx\n${' A\n'.repeat(count)}`,
  ];
  const { milliseconds } = await threadCpuTime(() => {
    for (const text of times(200_000)) parseTrailers(splitMessage(text).whole, 200);
  });
  // By the square of the length it would be hours.
  t.true(milliseconds < 60_000, `${milliseconds} ms`);
});

test('of very many trailers the first are given, with all of the value of the last', (t) => {
  const text = 's\n\nA: 1\nB: 2\n and 3\nC: 4\n';
  t.deepEqual(parseTrailers(text, 2), [
    { key: 'A', value: '1' },
    { key: 'B', value: '2 and 3' },
  ]);
});
