import { stepMs } from '../../domain/concurrency/long-reads.ts';

/**
 * Visits values one after the other, a step at a time.
 * @param next is awaited between two steps
 */
export async function visitInSteps<Value>(
  values: Iterable<Value>,
  next: () => Promise<void>,
  visit: (value: Value) => void,
): Promise<void> {
  let end = performance.now() + stepMs;
  for (const value of values) {
    if (performance.now() >= end) {
      await next();
      end = performance.now() + stepMs;
    }
    visit(value);
  }
}

/** How many values beyond those that are kept may wait to be sorted. */
const slack = 1000;

/** Keeps the first values in an order, of however many there are: very many would take long to sort. */
export function keepFirst<Value>(count: number, order: (a: Value, b: Value) => number) {
  let kept: Value[] = [];
  const sort = () => {
    kept = kept.toSorted(order).slice(0, count);
    return kept;
  };
  return {
    add: (value: Value) => {
      kept.push(value);
      if (kept.length > count + slack) sort();
    },
    sorted: (): readonly Value[] => sort(),
  };
}
