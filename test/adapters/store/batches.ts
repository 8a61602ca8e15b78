/** Cuts a list into batches of a thousand, as a history comes from git: in parts. */
export function batchesOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const size = 1000;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
