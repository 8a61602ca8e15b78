/** What was measured at a moment, in seconds since the begin. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** How a value went, without the third of the time in which it had to find its level. */
export interface Course {
  /** The mean of all, and what the line through them rises in an hour. */
  readonly mean: number;
  readonly perHour: number;
  /** How much the line rises from the first to the last. */
  readonly rise: number;
}

/** The line of least squares through samples; undefined where there are too few. */
export function courseOf(samples: readonly Sample[]): Course | undefined {
  const last = samples.at(-1)?.at ?? 0;
  const settled = samples.filter(({ at }) => at >= last / 3);
  if (settled.length < 3) return undefined;
  const average = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = average(settled.map(({ at }) => at));
  const mean = average(settled.map(({ value }) => value));
  const spread = average(settled.map(({ at }) => (at - middle) ** 2));
  const common = average(settled.map(({ at, value }) => (at - middle) * (value - mean)));
  const slope = common / spread;
  return { mean, perHour: slope * 3600, rise: slope * (last - (settled[0]?.at ?? 0)) };
}
