/** What was measured of the floor and of the subject one right after the other, so that both met the same machine. */
export interface Pair<Measured> {
  readonly floor: Measured;
  readonly subject: Measured;
}

/** Measures floor and subject in turn. The first pair warms up and does not count. */
export async function alternate<Measured>(
  floor: () => Promise<Measured>,
  subject: () => Promise<Measured>,
  counted: number,
): Promise<readonly Pair<Measured>[]> {
  const pairs: Pair<Measured>[] = [];
  for (let round = 0; round <= counted; round++) {
    pairs.push({ floor: await floor(), subject: await subject() });
  }
  return pairs.slice(1);
}

export interface Comparison {
  /** Median of each side. */
  readonly floor: number;
  readonly subject: number;
  /** Median, lowest and highest of the ratios within the pairs. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Compares one figure of the pairs. */
export function compare<Figure extends string>(
  pairs: readonly Pair<Readonly<Record<Figure, number>>>[],
  figure: Figure,
): Comparison {
  const ratios = pairs.map(({ floor, subject }) => subject[figure] / floor[figure]);
  return {
    floor: median(pairs.map(({ floor }) => floor[figure])),
    subject: median(pairs.map(({ subject }) => subject[figure])),
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
  };
}

/** The middle one; the greater of the two in the middle of an even number. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
