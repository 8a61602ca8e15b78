import { scaleLinear, scaleUtc } from 'd3-scale';

/** Downwards, in pixels: room for the number at the top, the bars, and the names of the months. */
const topOfBars = 8;
const ground = 80;
const height = 100;

interface Week {
  /** Epoch seconds. */
  readonly start: number;
  readonly commits: number;
}

/** What a chart of weeks draws: across in percent of its width, downwards in pixels. */
export interface WeekChart {
  readonly height: number;
  readonly bars: readonly (Week & {
    readonly x: number;
    readonly width: number;
    readonly y: number;
    readonly height: number;
  })[];
  readonly months: readonly { readonly x: number; readonly start: number }[];
  /** Lines across, of which the first is the ground. */
  readonly levels: readonly { readonly y: number; readonly commits: number }[];
  readonly total: number;
  /** The week with the most commits. */
  readonly busiest: Week | undefined;
}

const weekSeconds = 7 * 86_400;

/** Lays out a bar for each of the weeks, which follow one another. */
export function weekChart(weeks: readonly Week[]): WeekChart {
  const begin = weeks[0]?.start ?? 0;
  const end = begin + weeks.length * weekSeconds;
  const busiest = weeks.reduce<Week | undefined>(
    (most, week) => (most === undefined || week.commits > most.commits ? week : most),
    undefined,
  );
  const x = scaleUtc([begin * 1000, end * 1000], [0, 100]);
  const y = scaleLinear([0, Math.max(1, busiest?.commits ?? 0)], [ground, topOfBars]).nice(4);
  const percent = (seconds: number) => rounded(x(seconds * 1000));
  const width = rounded(percent(begin + weekSeconds) * 0.8);
  return {
    height,
    bars: weeks.map((week) => {
      // What is not nothing is seen.
      const top = week.commits === 0 ? ground : Math.min(y(week.commits), ground - 1.5);
      return {
        ...week,
        x: percent(week.start),
        width,
        y: rounded(top),
        height: rounded(ground - top),
      };
    }),
    months: x
      .ticks(12)
      .map((month) => ({ x: rounded(x(month)), start: month.getTime() / 1000 }))
      .filter((month) => month.x <= 97),
    levels: y
      .ticks(3)
      .filter(Number.isInteger)
      .map((commits) => ({ y: rounded(y(commits)), commits })),
    total: weeks.reduce((sum, { commits }) => sum + commits, 0),
    busiest,
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
