const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** What has been said before, which takes long to find: there are few hundred ways to say it. */
const said = new Map<string, string>();

const units = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/**
 * `3 hours ago`, `in 5 minutes`, `just now`. Used by the templates too, so that a page says the same before and after its
 * scripts have run.
 * @param seconds epoch seconds, as `now`
 */
export function relativeTime(seconds: number, now: number): string {
  const distance = seconds - now;
  const found = units.find(([, length]) => Math.abs(distance) >= length);
  // Less than a minute would be wrong as soon as it has been read.
  if (found === undefined) return distance > 0 ? 'in a moment' : 'just now';
  const [unit, length] = found;
  const count = Math.trunc(distance / length);
  const key = `${count} ${unit}`;
  const text = said.get(key) ?? words.format(count, unit);
  said.set(key, text);
  return text;
}
