import { formatGitDate } from '../../domain/git-date.ts';
import type { Commit, History } from '../../domain/index.ts';
import { inventor } from './invented-history.ts';

/** About as many as git prints at once. */
const batchSize = 250;

/** Between one commit and the next, in seconds. */
const gap = 600;

/**
 * The newest `count` of `total` invented commits, newest first, as reading them from git gives them: every eighth a
 * merge. Their names and parents are the same for the same seed, however many there are above them.
 */
export function* inventCommits(
  seed: number,
  total: number,
  count = total,
): Generator<readonly Commit[], void> {
  const { below, one, text, name } = inventor(seed);
  const people = Array.from({ length: 500 }, () => `${name()} ${name()}`);
  const subjects = Array.from({ length: 5000 }, () => `${name()} ${text(3 + below(5))}`);
  for (let newest = total; newest > total - count; newest -= batchSize) {
    const length = Math.min(batchSize, newest - (total - count));
    yield Array.from({ length }, (_, index): Commit => {
      const number = newest - index;
      const merges = number % 8 === 0;
      const branches = number % 8 === 7;
      const sha = shaOf(seed, number);
      const authoredAt = dateOf(number) - (number % gap);
      return {
        hash: sha.slice(0, 10),
        author: one(people),
        date: formatGitDate(`${authoredAt} +0${number % 10}00`),
        message: `${one(subjects)} ${number}`,
        sha,
        authoredAt,
        committedAt: dateOf(number),
        parents: [
          ...(number === 1 ? [] : [shaOf(seed, number - (merges || branches ? 2 : 1))]),
          ...(merges ? [shaOf(seed, number - 1)] : []),
        ],
      };
    });
  }
}

/** The history of a url, found a moment ago and not to be refreshed for a day. */
export function inventFound(url: string, seed: number, total: number) {
  const at = Date.now() / 1000;
  const tip = shaOf(seed, total);
  const times = { at, nextRefreshAt: at + 86_400, tipChangedAt: at };
  return { url, tip, defaultBranch: 'main', ...times } satisfies History;
}

/** As scattered as object names are. */
function shaOf(seed: number, number: number): string {
  const word = (turn: number) => {
    let bits = Math.imul(number + turn * 0x9e3779b9, 0x85ebca6b) ^ seed;
    bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
    bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
    return ((bits ^ (bits >>> 16)) >>> 0).toString(16).padStart(8, '0');
  };
  return [1, 2, 3, 4, 5].map(word).join('');
}

function dateOf(number: number): number {
  return 1_100_000_000 + number * gap;
}
