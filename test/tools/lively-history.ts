import { Readable } from 'node:stream';
import { git } from '../kit/git.ts';

const people = [
  'Ada Lovelace <ada@example.com>',
  'Grace Hopper <grace@example.com>',
  'José Ñandú <jose@example.com>',
  'Zoë Brontë <zoe@example.com>',
  'Yuki Tanaka <yuki@example.com>',
  'Иван Петров <ivan@example.com>',
];
const verbs = ['Fix', 'Add', 'Remove', 'Rename', 'Document', 'Speed up', 'Test'];
const things = ['the parser', 'quoted options', 'timeouts', 'IPv6 hosts', 'the index', 'retries'];
const reasons = ['on slow disks', 'for empty input', 'before 4.2', 'where names are long', ''];

/**
 * Makes a branch main that somebody seems to work on: commits of the last two years, many in some weeks and few in others.
 * They are the same for the same day, count and age.
 * @param days how long ago the newest is
 */
export async function importLivelyHistory(
  repository: string,
  count: number,
  days: number,
): Promise<void> {
  const today = Math.floor(Date.now() / 86_400_000) * 86_400;
  let state = count;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const one = (from: readonly string[]) => from[below(from.length)] ?? '';
  const weeks = Array.from({ length: 104 }, () => below(100) ** 2);
  const lively = weeks.flatMap((weight, week) => Array.from({ length: weight }, () => week));
  const times = Array.from({ length: count }, () => {
    const day = (lively[below(lively.length)] ?? 0) * 7 + below(7);
    return today - (days + day) * 86_400 - 1800 - below(36_000);
  }).toSorted((a, b) => a - b);
  const texts = Array.from({ length: count }, (_, index) => {
    const time = index === count - 1 ? today - days * 86_400 - 1800 : times[index];
    const subject = `${one(verbs)} ${one(things)} ${one(reasons)}`.trim();
    const message = `${subject}\n\nIt was found on a quiet day, and took an afternoon.\n`;
    const zone = ['+0000', '+0100', '-0800'][below(3)] ?? '+0000';
    return [
      'commit refs/heads/main',
      `author ${one(people)} ${time} ${zone}`,
      `committer ${one(people)} ${time} ${zone}`,
      `data ${Buffer.byteLength(message)}`,
      message,
    ].join('\n');
  });
  await git(repository, ['fast-import', '--quiet'], { input: Readable.from(texts) });
}
