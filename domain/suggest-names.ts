/** How many names, and letters of them, are compared at most, so that looking for near ones takes no more than a few milliseconds. */
const mostCompared = 1000;
const mostLetters = 15_000;

/**
 * Names that somebody who wrote `wanted` may have meant, the nearest first: those that differ from it by few letters,
 * whatever their case, a quarter of its length and no more than three.
 * @param most how many at most
 */
export function suggestNames(
  wanted: string,
  names: readonly string[],
  most = 3,
): readonly string[] {
  const farthest = Math.min(3, Math.max(1, Math.floor(wanted.length / 4)));
  const text = wanted.toLowerCase();
  return names
    .slice(0, mostCompared)
    .filter(({ length }) => Math.abs(length - wanted.length) <= farthest)
    .slice(0, Math.ceil(mostLetters / Math.max(1, wanted.length)))
    .map((name) => ({ name, distance: editDistance(text, name.toLowerCase(), farthest) }))
    .filter(({ distance }) => distance <= farthest)
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ name }) => name);
}

/**
 * How many letters have to be put in, left out, replaced, or exchanged with their neighbour to make one text of another
 * (optimal string alignment).
 * @param limit where it is more, the answer is some number above the limit, and comes sooner
 */
export function editDistance(
  from: string,
  to: string,
  limit = Math.max(from.length, to.length),
): number {
  if (Math.abs(from.length - to.length) > limit) return Infinity;
  // A row holds what is at most so far from the diagonal; the rest is more than the limit.
  const width = 2 * limit + 1;
  let before: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: width }, (_, place) =>
    place < limit ? Infinity : place - limit,
  );
  for (let row = 1; row <= from.length; row++) {
    const current: number[] = [];
    for (let place = 0; place < width; place++) {
      const column = row + place - limit;
      if (column < 1 || column > to.length) {
        current.push(column === 0 ? row : Infinity);
        continue;
      }
      const isSame = from[row - 1] === to[column - 1];
      const isExchanged = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          (above[place] ?? Infinity) + (isSame ? 0 : 1),
          (above[place + 1] ?? Infinity) + 1,
          (current[place - 1] ?? Infinity) + 1,
          isExchanged ? (before[place] ?? Infinity) + 1 : Infinity,
        ),
      );
    }
    before = above;
    above = current;
  }
  return above[to.length - from.length + limit] ?? Infinity;
}
