/** A priority queue of commits: the latest date comes first, and of equal dates what was pushed first. */
export interface DateQueue {
  readonly size: number;
  /** @param date epoch seconds */
  push(sha: string, date: number): void;
  /** Takes the first one away. */
  pop(): string | undefined;
  first(): string | undefined;
  /** All of it, in order. */
  sorted(): readonly string[];
}

interface Entry {
  readonly sha: string;
  readonly date: number;
  /** Counts up with each push. */
  readonly number: number;
}

function order(a: Entry, b: Entry): number {
  return b.date - a.date || a.number - b.number;
}

/** A binary heap: a sorted array would move all that stands behind at each push. */
export function createDateQueue(): DateQueue {
  const heap: Entry[] = [];
  let pushed = 0;

  /** Whether the entry at one index belongs before the one at another. */
  const precedes = (one: number, other: number) => {
    const [a, b] = [heap[one], heap[other]];
    return a !== undefined && b !== undefined && order(a, b) < 0;
  };
  const swap = (one: number, other: number) => {
    const [a, b] = [heap[one], heap[other]];
    if (a === undefined || b === undefined) return;
    heap[one] = b;
    heap[other] = a;
  };

  return {
    get size() {
      return heap.length;
    },
    push(sha, date) {
      heap.push({ sha, date, number: pushed++ });
      for (let index = heap.length - 1; index > 0;) {
        const parent = (index - 1) >> 1;
        if (!precedes(index, parent)) break;
        swap(index, parent);
        index = parent;
      }
    },
    pop() {
      const [first] = heap;
      const last = heap.pop();
      if (first === undefined || last === undefined || heap.length === 0) return first?.sha;
      heap[0] = last;
      for (let index = 0; ;) {
        const [left, right] = [2 * index + 1, 2 * index + 2];
        const child = precedes(right, left) ? right : left;
        if (!precedes(child, index)) break;
        swap(child, index);
        index = child;
      }
      return first.sha;
    },
    first: () => heap[0]?.sha,
    sorted: () => heap.toSorted(order).map(({ sha }) => sha),
  };
}
