import { Readable } from 'node:stream';
import { git } from '../kit/git.ts';

/**
 * Adds commits to the branch main, the same ones for the same count, that cost what those of redis and curl do: every
 * eighth a merge, some 570 bytes each of which zlib leaves 375, and a changed file.
 */
export async function inventHistory(repository: string, count: number): Promise<void> {
  const input = Readable.from(fastImport(count));
  await git(repository, ['fast-import', '--quiet'], { input });
}

function* fastImport(count: number): Generator<string> {
  const { below, one, text, name } = inventor(count);
  const people = Array.from({ length: 500 }, () => `${name()} ${name()} <${text(1)}@example.com>`);
  let time = 1_200_000_000;

  for (let number = 1; number <= count; number++) {
    time += 1 + below(20_000);
    const merges = number % 8 === 0;
    const branches = number % 8 === 7;
    const subject = `${name()} ${text(3 + below(5))}`;
    const body = Array.from({ length: below(6) ** 2 / 2 }, () => text(11));
    const message = [subject, '', ...body].join('\n');
    const content = `${number}\n`;
    yield [
      'commit refs/heads/main',
      `mark :${number}`,
      `author ${one(people)} ${time - below(20_000)} +0${below(10)}00`,
      `committer ${one(people)} ${time} -0${below(8)}00`,
      `data ${Buffer.byteLength(message)}`,
      message,
      ...(number === 1 ? [] : [`from :${number - (merges || branches ? 2 : 1)}`]),
      ...(merges ? [`merge :${number - 1}`] : []),
      `M 100644 inline file-${below(40)}`,
      `data ${content.length}`,
      content,
    ].join('\n');
  }
}

const syllables =
  'a al an ar be ca co con da de di ed en er es fi for ga ge in ing is it ja ke la le li lo ma me mi mo na ne no on or pa per po pre re ri ro sa se si ta te ti tion to tor tri un ur va ver vi ñu zé'.split(
    ' ',
  );

/** Makes up numbers and words, the same for the same seed. */
export function inventor(seed: number) {
  let state = seed;
  // The linear congruential generator of "Numerical Recipes".
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(random() * limit);
  const make = (parts: number) =>
    Array.from({ length: parts }, () => syllables[below(syllables.length)]).join('');
  const words = Array.from({ length: 3000 }, () => make(1 + below(4)));
  // A few words are most of a text, and a few people have made most of the commits.
  const one = (list: readonly string[]) => list[Math.floor(list.length * random() ** 2)] ?? '';
  const word = () => one(words);
  const name = () => word().replace(/^./, (letter) => letter.toUpperCase());
  return { below, one, name, text: (length: number) => Array.from({ length }, word).join(' ') };
}
