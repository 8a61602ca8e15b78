/** A piece of a text; `hit` where it is what was looked for. */
export interface Segment {
  readonly text: string;
  readonly hit: boolean;
}

/** How many hits of a text are marked: a text may hold hundreds, and a page a hundred texts. */
const mostHits = 10;

/**
 * Splits a text where it holds what was looked for, in whichever case, by the rule that a search finds it by, the first
 * times. The pieces put together are the text.
 */
export function highlight(text: string, wanted: string | undefined): readonly Segment[] {
  const needle = wanted?.toLowerCase() ?? '';
  const lower = text.toLowerCase();
  let at = needle === '' ? -1 : lower.indexOf(needle);
  if (at === -1) return text === '' ? [] : [{ text, hit: false }];
  const places = placesOf(text);
  const pieces: Segment[] = [];
  let done = 0;
  const take = (end: number, hit: boolean) => {
    if (end > done) pieces.push({ text: text.slice(done, end), hit });
    done = Math.max(done, end);
  };
  for (let hits = 0; at !== -1 && hits < mostHits; hits++) {
    const end = at + needle.length;
    take(places[at]?.start ?? 0, false);
    take(places[end - 1]?.end ?? text.length, true);
    at = lower.indexOf(needle, end);
  }
  take(text.length, false);
  return pieces;
}

/** Of each unit of a text's lower case, which can be longer (`İ` is two there), the character it comes from. */
function placesOf(text: string): readonly { readonly start: number; readonly end: number }[] {
  const places: { readonly start: number; readonly end: number }[] = [];
  let start = 0;
  for (const character of text) {
    const end = start + character.length;
    for (let unit = 0; unit < character.toLowerCase().length; unit++) places.push({ start, end });
    start = end;
  }
  return places;
}
