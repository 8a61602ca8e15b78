import { startOfWeek, weekOf, type CommitCounts, type Project } from '../../../domain/index.ts';

/** A week, which begins on Monday, UTC, and how often was committed in it. */
export interface Week {
  /** Epoch seconds. */
  readonly start: number;
  readonly commits: number;
}

const daySeconds = 86_400;
const weekSeconds = 7 * daySeconds;
const weeksOfYear = 53;

/**
 * The last week of a project's year of activity, in epoch seconds: that of its newest commit, or of when this was seen
 * where its date lies in the future. It changes with the tip alone, and so does what is made from it.
 */
export function lastWeek({
  tipCommittedAt,
  tipChangedAt,
}: Pick<Project, 'tipCommittedAt' | 'tipChangedAt'>): number {
  const seen = tipChangedAt ?? 0;
  return startOfWeek(weekOf(Math.min(tipCommittedAt ?? seen, seen)));
}

/** From when until when the year lasts that ends with a week, in epoch seconds. */
export function yearUntil(last: number): { readonly from: number; readonly to: number } {
  return { from: last - (weeksOfYear - 1) * weekSeconds, to: last + weekSeconds };
}

/** Each week of the year that ends with one, those too in which nothing was committed. */
export function weeksUntil(last: number, { days }: Pick<CommitCounts, 'days'>): readonly Week[] {
  const { from } = yearUntil(last);
  const counts = new Map<number, number>();
  for (const { day, commits } of days) {
    const week = startOfWeek(weekOf(day * daySeconds));
    counts.set(week, (counts.get(week) ?? 0) + commits);
  }
  return Array.from({ length: weeksOfYear }, (_, index) => {
    const start = from + index * weekSeconds;
    return { start, commits: counts.get(start) ?? 0 };
  });
}
