import { LRUCache } from 'lru-cache';

/** Of how many texts, and of what length, the result is kept. */
const max = 1000;
const maxLength = 500;

/**
 * The same function, which computes the result of a text once while the text is among those that came last. Clients send few
 * different headers again and again, and reading one takes as long as a twentieth of a request.
 * @param compute gives the same for the same text, which is no part of a longer one: V8 would keep all of that
 */
export function memoize<Result extends string | number | boolean | object>(
  compute: (text: string) => Result,
): (text: string) => Result {
  const cache = new LRUCache<string, Result>({
    max,
    // The size of an entry is its text's length alone; a longer one is not kept.
    maxEntrySize: maxLength,
    sizeCalculation: (_result, text) => text.length || 1,
    memoMethod: compute,
  });
  return (text) => cache.memo(text);
}
