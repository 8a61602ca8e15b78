import type { AuthorCounts, CommitCounts } from '../../domain/index.ts';
import { byCommits } from '../../domain/authors.ts';
import type { Commits } from './gather.ts';

/** Counts the commits that were committed in a range of time. */
export function countCommits(
  commits: Commits,
  { from, to }: { readonly from: number; readonly to: number },
): CommitCounts {
  const days = new Map<number, number>();
  const hours = Array.from({ length: 24 }, () => 0);
  for (const { committedAt } of commits) {
    if (committedAt === null || committedAt < from || committedAt >= to) continue;
    const day = Math.floor(committedAt / 86_400);
    const hour = Math.floor(committedAt / 3600) % 24;
    days.set(day, (days.get(day) ?? 0) + 1);
    hours[hour] = (hours[hour] ?? 0) + 1;
  }
  const sorted = [...days].toSorted(([a], [b]) => a - b);
  return { days: sorted.map(([day, counted]) => ({ day, commits: counted })), hours };
}

/** Counts the commits of each author. */
export function countAuthors(commits: Commits, limit: number): AuthorCounts {
  const counts = new Map<string, number>();
  for (const { author } of commits) counts.set(author, (counts.get(author) ?? 0) + 1);
  const authors = [...counts].map(([name, counted]) => ({ name, commits: counted }));
  return { total: authors.length, most: authors.toSorted(byCommits).slice(0, limit) };
}
