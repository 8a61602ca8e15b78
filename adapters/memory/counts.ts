import type { LongReads } from '../../domain/concurrency/long-reads.ts';
import { countByAuthor, type AuthorStep } from '../../domain/history/count-by-author.ts';
import { countByDate, type DateCounts } from '../../domain/history/count-by-date.ts';
import type { CountStore } from '../../domain/index.ts';
import type { Commits } from './gather.ts';
import { visitInSteps } from './in-steps.ts';
import { commitsOf, type Tables } from './tables.ts';

/** Counting this many takes less than a millisecond. */
const stepSize = 1000;

export function countStore(tables: Tables, counts: LongReads): CountStore {
  return {
    async commitCounts(of, range, signal) {
      const commits = commitsOf(tables, of);
      return counts.run(
        (next) => countByDate<number>(async (after = 0) => countDates(commits, range, after), next),
        signal,
      );
    },

    async authors(of, limit, signal) {
      const commits = commitsOf(tables, of);
      return counts.run(async (next) => {
        const authors = await countAuthors(commits, next);
        return countByAuthor(limit, async () => nextAuthors(authors), next);
      }, signal);
    },
  };
}

/** @param start index of the first commit that is counted */
function countDates(
  commits: Commits,
  { from, to }: { readonly from: number; readonly to: number },
  start: number,
): DateCounts<number> {
  const end = start + stepSize;
  const dates = commits
    .slice(start, end)
    .flatMap(({ committedAt }) =>
      committedAt !== null && committedAt >= from && committedAt < to ? [committedAt] : [],
    );
  return {
    days: dates.map((date) => ({ day: Math.floor(date / 86_400), commits: 1 })),
    hours: dates.map((date) => ({ hour: Math.floor(date / 3600) % 24, commits: 1 })),
    next: end < commits.length ? end : undefined,
  };
}

type Counts = MapIterator<[name: string, commits: number]>;

async function countAuthors(commits: Commits, next: () => Promise<void>): Promise<Counts> {
  const counts = new Map<string, number>();
  await visitInSteps(commits.length, next, (index) => {
    const author = commits[index]?.author;
    if (author !== undefined) counts.set(author, (counts.get(author) ?? 0) + 1);
    return true;
  });
  return counts.entries();
}

/** Takes the next authors; the key of a step is nothing but that there are more. */
function nextAuthors(counts: Counts): AuthorStep<true> {
  const authors: AuthorStep<true>['authors'][number][] = [];
  while (authors.length < stepSize) {
    const { done, value } = counts.next();
    if (done === true) return { authors, next: undefined };
    const [name, commits] = value;
    authors.push({ id: name, name, commits });
  }
  return { authors, next: true };
}
