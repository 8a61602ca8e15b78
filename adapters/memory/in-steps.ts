import { stepMs } from '../../domain/concurrency/long-reads.ts';

/** After so many visits the clock is read: reading it takes as long as a visit. */
const visitsPerLook = 32;

/**
 * Visits the numbers from 0 on one after the other, a step at a time, until one is answered with false.
 * @param next is awaited between two steps
 */
export async function visitInSteps(
  count: number,
  next: () => Promise<void>,
  visit: (index: number) => boolean,
): Promise<void> {
  let end = performance.now() + stepMs;
  for (let index = 0; index < count; index++) {
    if (index % visitsPerLook === 0 && performance.now() >= end) {
      await next();
      end = performance.now() + stepMs;
    }
    if (!visit(index)) return;
  }
}

/** How many values beyond those that are kept may wait to be sorted. */
const slack = 1000;

/** Keeps the first values in an order, of however many there are: very many would take long to sort. */
export function keepFirst<Value>(count: number, order: (a: Value, b: Value) => number) {
  let first: Value[] = [];
  const sort = () => {
    first = first.toSorted(order).slice(0, count);
    return first;
  };
  return {
    add: (value: Value) => {
      first.push(value);
      if (first.length > count + slack) sort();
    },
    sorted: (): readonly Value[] => sort(),
  };
}
