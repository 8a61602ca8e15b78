import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { LRUCache } from 'lru-cache';

/** The height of its viewBox; in width, each week has one unit. */
export const sparklineHeight = 24;

export interface Sparkline {
  /** What an SVG path draws over the values, and fills; its sides and the ground are outside of the box. */
  readonly path: string;
  /** What it shows, for those who cannot see it. */
  readonly words: string;
}

/** A page of many projects shows the same lines again and again. */
const drawn = new LRUCache<string, Sparkline, readonly number[]>({
  max: 2000,
  memoMethod: (_key, _stale, { context }) => draw(context),
});

const thousands = new Intl.NumberFormat('en');

/** A small picture of the commits of each week, oldest first; the liveliest week reaches the top. */
export function sparkline(weeks: readonly number[]): Sparkline {
  return drawn.memo(weeks.join(), { context: weeks });
}

function draw(weeks: readonly number[]): Sparkline {
  const y = scaleLinear([0, Math.max(1, ...weeks)], [sparklineHeight - 1, 1]);
  const ground = sparklineHeight + 2;
  const points: readonly [number, number][] = [
    [-1, ground],
    ...weeks.map((commits, week): [number, number] => [week, y(commits)]),
    [weeks.length, ground],
  ];
  const sum = (some: readonly number[]) =>
    thousands.format(some.reduce((all, commits) => all + commits, 0));
  // A page has hundreds of them, so whole numbers and straight lines have to do.
  const path = line().digits(0)([...points]);
  return {
    path: path ?? '',
    words: `${sum(weeks)} commits in a year, ${sum(weeks.slice(-4))} in the last four weeks`,
  };
}
