import { scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';

/** Both in the units of its viewBox. */
export const sparklineWidth = 120;
export const sparklineHeight = 24;

export interface Sparkline {
  /** What an SVG path draws along the values, and between them and the ground. */
  readonly line: string;
  readonly area: string;
  /** What it shows, for those who cannot see it. */
  readonly words: string;
}

/** Those that were drawn last: a page of many projects shows the same lines again and again. */
const drawn = new Map<string, Sparkline>();
const most = 2000;

const thousands = new Intl.NumberFormat('en');

/** A small line over the commits of each week, oldest first; the liveliest week reaches the top. */
export function sparkline(weeks: readonly number[]): Sparkline {
  const key = weeks.join();
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const made = draw(weeks);
  if (drawn.size >= most) drawn.clear();
  drawn.set(key, made);
  return made;
}

function draw(weeks: readonly number[]): Sparkline {
  const x = scaleLinear([0, Math.max(1, weeks.length - 1)], [1, sparklineWidth - 1]);
  const y = scaleLinear([0, Math.max(1, ...weeks)], [sparklineHeight - 1, 1.5]);
  const points = weeks.map((commits, week): [number, number] => [x(week), y(commits)]);
  const sum = (some: readonly number[]) =>
    thousands.format(some.reduce((all, commits) => all + commits, 0));
  return {
    line: line().curve(curveMonotoneX).digits(1)(points) ?? '',
    area: area().y0(sparklineHeight).curve(curveMonotoneX).digits(1)(points) ?? '',
    words: `${sum(weeks)} commits in a year, ${sum(weeks.slice(-4))} in the last four weeks`,
  };
}
