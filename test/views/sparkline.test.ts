import test from 'ava';
import fc from 'fast-check';
import { sparkline, sparklineHeight, sparklineWidth } from '../../views/sparkline.ts';

test('a sparkline stays in its box whatever the values are', (t) => {
  const counts = fc.array(fc.nat(1e6), { maxLength: 60 });
  fc.assert(
    fc.property(counts, (values) => {
      const { line, area } = sparkline(values);
      t.is(line === '', values.length === 0);
      const numbers = [...`${line}${area}`.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)];
      for (const [, x, y] of numbers) {
        t.true(Number(x) >= 0 && Number(x) <= sparklineWidth, line);
        t.true(Number(y) >= 0 && Number(y) <= sparklineHeight, line);
      }
    }),
  );
});

test('the highest value reaches the top, and none the ground', (t) => {
  t.is(sparkline([0, 4]).line.split(/[A-Z]/).at(-1)?.split(',').at(-1), '1.5');
  t.regex(sparkline([0, 0, 0]).line, /^M1,23/);
});
