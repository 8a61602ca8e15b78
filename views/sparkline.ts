import { scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';

/** Both in the units of its viewBox. */
export const sparklineWidth = 120;
export const sparklineHeight = 24;

export interface Sparkline {
  /** What an SVG path draws along the values, and between them and the ground. */
  readonly line: string;
  readonly area: string;
}

/** A small line over values from left to right, the highest of which reaches the top. */
export function sparkline(values: readonly number[]): Sparkline {
  const x = scaleLinear([0, Math.max(1, values.length - 1)], [1, sparklineWidth - 1]);
  const y = scaleLinear([0, Math.max(1, ...values)], [sparklineHeight - 1, 1.5]);
  const points = values.map((value, index): [number, number] => [x(index), y(value)]);
  return {
    line: line().curve(curveMonotoneX).digits(1)(points) ?? '',
    area: area().y0(sparklineHeight).curve(curveMonotoneX).digits(1)(points) ?? '',
  };
}
