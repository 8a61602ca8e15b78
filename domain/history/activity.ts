/** How lively a history is. */
export interface Activity {
  /** How many people wrote the commits that were committed in the last 7, 30 and 90 days, of {@link maxCountedAuthors} at most. */
  readonly authors: { readonly d7: number; readonly d30: number; readonly d90: number };
  /** Seconds between one commit and the next, of the newest 1,000; null where there are fewer than two. */
  readonly gapSeconds: { readonly p50: number; readonly p95: number } | null;
  /** Commits of each of a year's weeks, by committer date; the last is the one in which this was counted. */
  readonly weeks: readonly number[];
}

/** How many of the newest commits tell the usual gap. */
export const gapCommits = 1000;

/** The longest of the windows in which authors are counted, in seconds. */
export const longestWindow = 90 * 86_400;

/** How many weeks a year has here. */
export const weeksKept = 52;

/** Of more authors no more are counted. */
export const maxCountedAuthors = 100_000;

interface Dated {
  /** Epoch seconds. */
  readonly committedAt: number;
  readonly author: string | number;
}

/** The week of a time in epoch seconds: UTC, from Monday on, counted from the one of 1970-01-01. */
export function weekOf(at: number): number {
  return Math.floor((Math.floor(at / 86_400) + 3) / 7);
}

/** When a week begins, in epoch seconds. */
export function startOfWeek(week: number): number {
  return (week * 7 - 3) * 86_400;
}

/**
 * The year that ends with the week of `now`, of what was counted by week.
 * @param now epoch seconds
 */
export function yearOf(now: number, counted: ReadonlyMap<number, number>): readonly number[] {
  const first = weekOf(now) - weeksKept + 1;
  return Array.from({ length: weeksKept }, (_, index) => counted.get(first + index) ?? 0);
}

/**
 * The same year seen later: what has become older is left out, and nothing is known of what came since.
 * @param countedAt when it was counted, in epoch seconds as `now`
 */
export function yearSeenAt(
  now: number,
  weeks: readonly number[],
  countedAt: number,
): readonly number[] {
  const passed = Math.min(weeksKept, Math.max(0, weekOf(now) - weekOf(countedAt)));
  return [...weeks, ...Array.from({ length: passed }, () => 0)].slice(-weeksKept);
}

/**
 * Whether what was measured then will do now, as it tells of days and weeks: of a lively history measuring takes as long as
 * all else that follows a fetch with nothing new.
 * @param then epoch seconds as `now`
 */
export function isSameHour(then: number, now: number): boolean {
  return Math.floor(then / 3600) === Math.floor(now / 3600);
}

/**
 * Counts authors and measures gaps.
 * @param now epoch seconds
 * @param recent the commits of the {@link longestWindow}, in any order; older ones do no harm, and of each author the newest will do
 * @param newest committer dates of the newest {@link gapCommits}, in any order
 */
export function measureActivity(
  now: number,
  recent: readonly Dated[],
  newest: readonly number[],
): Omit<Activity, 'weeks'> {
  const authorsOf = (days: number) => {
    const since = now - days * 86_400;
    const ours = recent.filter(({ committedAt }) => committedAt >= since);
    return new Set(ours.map(({ author }) => author)).size;
  };
  return {
    authors: { d7: authorsOf(7), d30: authorsOf(30), d90: authorsOf(90) },
    gapSeconds: measureGaps(newest),
  };
}

function measureGaps(times: readonly number[]): Activity['gapSeconds'] {
  const sorted = times.toSorted((a, b) => a - b);
  const gaps = sorted.slice(1).map((time, index) => time - (sorted[index] ?? time));
  const ordered = gaps.toSorted((a, b) => a - b);
  /** The smallest gap that so many of all do not exceed (nearest rank). */
  const rank = (share: number) => ordered[Math.ceil(share * ordered.length) - 1] ?? 0;
  return ordered.length === 0 ? null : { p50: rank(0.5), p95: rank(0.95) };
}
