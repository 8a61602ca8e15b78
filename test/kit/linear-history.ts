import { Readable } from 'node:stream';
import { git, runGit } from './git.ts';

const people = [
  'Ada Lovelace <ada@example.com>',
  'Grace Hopper <grace@example.com>',
  'José Ñandú <jose@example.com>',
  'Zoë Brontë <zoe@example.com>',
  '山田太郎 <yamada@example.com>',
  'Иван Петров <ivan@example.com>',
  'O’Neil, Pat <pat@example.com>',
  'dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>',
];
const zones = ['+0000', '+0100', '-0800', '+0530', '-0930', '+1400'];
const verbs = ['Fix', 'Add', 'Remove', 'Rename', 'Document', 'Speed up', 'Revert', 'Test'];
const things = ['the parser', 'a “quoted” option', 'timeouts', 'IPv6 hosts', 'the café page', '🚀'];
const reasons = [
  'on slow disks',
  'for empty input',
  ': see the issue',
  '- again',
  'before 4.2',
  '',
];

/**
 * Adds `count` commits in a row to the branch main, the same ones for the same count and start; gives the tip.
 * Authors, zones, lengths and gaps between the dates vary, author dates lie before committer dates.
 */
export async function importLinearHistory(repository: string, count: number): Promise<string> {
  const main = 'refs/heads/main';
  const newest = ['log', '-1', '--format=%ct', main, '--'];
  const { exitCode, stdout } = await runGit(repository, newest);
  const start = exitCode === 0 ? Number(stdout) : undefined;
  await git(repository, ['fast-import', '--quiet'], {
    input: Readable.from(commits(count, start)),
  });
  return git(repository, ['rev-parse', main]);
}

function* commits(count: number, start: number | undefined): Generator<string> {
  const random = randomNumbers(count + (start ?? 0));
  const below = (limit: number) => Math.floor(random() * limit);
  const one = (from: readonly string[]) => from[below(from.length)] ?? '';
  let time = start ?? 1_200_000_000;
  let batch = '';

  for (let number = 1; number <= count; number++) {
    time += 1 + below(4000);
    const subject = `${one(verbs)} ${one(things)} ${one(reasons)} (#${number})`;
    const lines = Array.from({ length: Math.max(0, below(8) - 3) }, () => `${subject}, because.`);
    const message = [subject, '', ...lines].join('\n');
    const content = `${number} ${random()}\n`;
    batch += [
      'commit refs/heads/main',
      `author ${one(people)} ${time - below(5000)} ${one(zones)}`,
      `committer ${one(people)} ${time} ${one(zones)}`,
      `data ${Buffer.byteLength(message)}`,
      message,
      ...(number === 1 && start !== undefined ? ['from refs/heads/main^0'] : []),
      `M 100644 inline file-${below(40)}`,
      `data ${content.length}`,
      content,
    ].join('\n');
    if (batch.length > 100_000) {
      yield batch;
      batch = '';
    }
  }
  yield batch;
}

/** Numbers from 0 to 1, the same for the same seed: the linear congruential generator of "Numerical Recipes". */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
