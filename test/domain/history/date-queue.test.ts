import fc from 'fast-check';
import test from 'ava';
import { createDateQueue } from '../../../domain/history/date-queue.ts';

test('commits come out of a queue by date, the latest first, and of equal dates in the order they came in', (t) => {
  const dates = fc.array(fc.nat({ max: 5 }), { maxLength: 50 });
  fc.assert(
    fc.property(dates, dates, (first, second) => {
      const queue = createDateQueue();
      const add = (added: readonly number[], prefix: string) =>
        added.map((date, index) => {
          queue.push(`${prefix}${index}`, date);
          return { sha: `${prefix}${index}`, date };
        });
      const inOrder = (entries: ReturnType<typeof add>) =>
        entries.toSorted((a, b) => b.date - a.date);
      const [next, ...rest] = inOrder(add(first, 'a'));
      t.is(queue.pop(), next?.sha);
      const all = inOrder([...rest, ...add(second, 'b')]);
      t.is(queue.size, all.length);
      t.is(queue.first(), all[0]?.sha);
      t.deepEqual(
        queue.sorted(),
        all.map(({ sha }) => sha),
      );
      t.deepEqual(
        all.map(() => queue.pop()),
        all.map(({ sha }) => sha),
      );
    }),
  );
});
