import test from 'ava';
import fc from 'fast-check';
import { sparkline, sparklineHeight } from '../../views/sparkline.ts';

/** The numbers of a path, a pair for each point. */
function pointsOf(path: string): readonly (readonly [number, number])[] {
  return [...path.matchAll(/(-?\d+),(-?\d+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

test('a sparkline has a point for each week in its box, whatever was committed, and its sides outside', (t) => {
  const counts = fc.array(fc.nat(1e6), { maxLength: 60 });
  fc.assert(
    fc.property(counts, (weeks) => {
      const points = pointsOf(sparkline(weeks).path);
      t.is(points.length, weeks.length + 2);
      for (const [place, [x, y]] of points.slice(1, -1).entries()) {
        t.is(x, place);
        t.true(y >= 1 && y < sparklineHeight);
      }
      t.true([points[0], points.at(-1)].every((point) => (point?.[1] ?? 0) > sparklineHeight));
    }),
  );
});

test('the highest value reaches the top, and nothing is the ground', (t) => {
  t.is(sparkline([0, 4]).path, 'M-1,26L0,23L1,1L2,26');
});

test('a sparkline says what it shows', (t) => {
  t.is(
    sparkline([1000, 200, 3, 4, 5]).words,
    '1,212 commits in a year, 212 in the last four weeks',
  );
});

test('a sparkline that was just drawn is kept, and not once two thousand others were', (t) => {
  const first = sparkline([1, 0]);
  t.is(sparkline([1, 0]), first);
  for (let number = 2; number <= 2002; number++) sparkline([number, 0]);
  t.not(sparkline([1, 0]), first);
});
