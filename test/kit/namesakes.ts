/** A beginning that several names share, of the length that is asked for at least. */
export function sharedBeginning(names: readonly string[]): string {
  const seen = new Set<string>();
  for (const beginning of names.map((name) => name.slice(0, 4))) {
    if (seen.has(beginning)) return beginning;
    seen.add(beginning);
  }
  throw new Error('no two commits begin alike');
}
