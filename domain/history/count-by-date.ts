import type { CommitCounts } from '../ports/count-store.ts';

/**
 * In the commits of how many days at most commits are counted: in each day of half a century. A remote can give its
 * commits any dates, up to the year 9999.
 */
export const maxCountedDays = 20_000;

/** What one step counted by committer date. `Key` says where a store goes on. */
export interface DateCounts<Key> {
  readonly days: CommitCounts['days'];
  /** Hours of the day, UTC. */
  readonly hours: readonly { readonly hour: number; readonly commits: number }[];
  /** Undefined at the end. */
  readonly next: Key | undefined;
}

/**
 * Counts commits by day and by hour, step by step; gives up where they are of more than {@link maxCountedDays} days.
 * @param count counts some commits from a key on, or from the first one
 * @param pause is awaited between two steps
 */
export async function countByDate<Key>(
  count: (after: Key | undefined) => Promise<DateCounts<Key>>,
  pause: () => Promise<void>,
): Promise<CommitCounts | 'too_many_days'> {
  const days = new Map<number, number>();
  const hours = Array.from({ length: 24 }, () => 0);
  for (let after: Key | undefined; ;) {
    const counted = await count(after);
    for (const { day, commits } of counted.days) days.set(day, (days.get(day) ?? 0) + commits);
    if (days.size > maxCountedDays) return 'too_many_days';
    for (const { hour, commits } of counted.hours) hours[hour] = (hours[hour] ?? 0) + commits;
    after = counted.next;
    if (after === undefined) break;
    await pause();
  }
  const sorted = [...days].toSorted(([a], [b]) => a - b);
  return { days: sorted.map(([day, commits]) => ({ day, commits })), hours };
}
