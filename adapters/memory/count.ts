import {
  maxCountedDays,
  type AuthorCount,
  type AuthorCounts,
  type CommitCounts,
} from '../../domain/index.ts';
import { byCommits } from '../../domain/history/authors.ts';
import type { Commits } from './gather.ts';
import { keepFirst, visitInSteps } from './in-steps.ts';

/** Counts the commits that were committed in a range of time; gives up where they are of more days than an answer may have. */
export async function countCommits(
  commits: Commits,
  { from, to }: { readonly from: number; readonly to: number },
  next: () => Promise<void>,
): Promise<CommitCounts | 'too_many_days'> {
  const days = new Map<number, number>();
  const hours = Array.from({ length: 24 }, () => 0);
  await visitInSteps(commits, next, ({ committedAt }) => {
    if (committedAt === null || committedAt < from || committedAt >= to) return;
    if (days.size > maxCountedDays) return;
    const day = Math.floor(committedAt / 86_400);
    const hour = Math.floor(committedAt / 3600) % 24;
    days.set(day, (days.get(day) ?? 0) + 1);
    hours[hour] = (hours[hour] ?? 0) + 1;
  });
  if (days.size > maxCountedDays) return 'too_many_days';
  const sorted = [...days].toSorted(([a], [b]) => a - b);
  return { days: sorted.map(([day, counted]) => ({ day, commits: counted })), hours };
}

/** Counts the commits of each author. */
export async function countAuthors(
  commits: Commits,
  limit: number,
  next: () => Promise<void>,
): Promise<AuthorCounts> {
  const counts = new Map<string, number>();
  await visitInSteps(commits, next, ({ author }) => {
    counts.set(author, (counts.get(author) ?? 0) + 1);
  });
  const most = keepFirst<AuthorCount>(limit, byCommits);
  await visitInSteps(counts, next, ([name, counted]) => most.add({ name, commits: counted }));
  return { total: counts.size, most: most.sorted() };
}
