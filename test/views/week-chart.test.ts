import test from 'ava';
import fc from 'fast-check';
import { weekChart } from '../../views/week-chart.ts';

const week = 7 * 86_400;
const monday = 1_699_833_600; // 2023-11-13

function weeks(counts: readonly number[]) {
  return counts.map((commits, index) => ({ start: monday + index * week, commits }));
}

test('bars stay in the chart, in their order, and none is missing that is not nothing', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(1e6), { minLength: 1, maxLength: 53 }), (counts) => {
      const { bars, levels, months, height, total } = weekChart(weeks(counts));
      t.is(bars.length, counts.length);
      t.is(
        total,
        counts.reduce((sum, count) => sum + count, 0),
      );
      for (const [index, bar] of bars.entries()) {
        t.true(bar.x >= 0 && bar.x + bar.width <= 100.01);
        t.true(bar.y >= 0 && bar.y + bar.height <= height);
        t.is(bar.height > 0, bar.commits > 0);
        t.true(bar.x >= (bars[index - 1]?.x ?? -1) + (index === 0 ? 0 : bar.width));
      }
      t.true(levels.every(({ y, commits }) => y >= 0 && y <= height && Number.isInteger(commits)));
      t.true(months.every(({ x }) => x >= 0 && x <= 97));
    }),
  );
});

test('a year has a name of each month and tells its busiest week', (t) => {
  const { months, busiest, levels } = weekChart(
    weeks(Array.from({ length: 53 }, (_, index) => (index === 7 ? 12 : 1))),
  );
  t.is(months.length, 12);
  t.deepEqual(busiest, { start: monday + 7 * week, commits: 12 });
  t.deepEqual(
    levels.map(({ commits }) => commits),
    [0, 5, 10],
  );
});

test('a year without commits is an empty chart', (t) => {
  const { bars, total } = weekChart(weeks(Array.from({ length: 53 }, () => 0)));
  t.is(total, 0);
  t.true(bars.every(({ height }) => height === 0));
});
