const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const units = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/**
 * `3 hours ago`, `in 5 minutes`, `now`. Used by the templates too, so that a page says the same before and after its
 * scripts have run.
 * @param seconds epoch seconds, as `now`
 */
export function relativeTime(seconds: number, now: number): string {
  const distance = seconds - now;
  const [unit, length] = units.find(([, size]) => Math.abs(distance) >= size) ?? ['second', 1];
  if (unit === 'second')
    return Math.abs(distance) < 10 ? 'now' : words.format(Math.trunc(distance), unit);
  return words.format(Math.trunc(distance / length), unit);
}
