const spans = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `3 days, 4 hours`, `42 seconds`: the two largest units of a time in seconds. */
export function durationWords(seconds: number): string {
  const whole = Math.floor(seconds);
  const first = spans.findIndex(([, length]) => whole >= length);
  const used = first === -1 ? spans.slice(-1) : spans.slice(first, first + 2);
  const parts = used.map(([unit, length], index) => {
    const [, larger = Infinity] = index === 0 ? [] : (used[index - 1] ?? []);
    const count = Math.floor((whole % larger) / length);
    return { count, text: `${count} ${unit}${count === 1 ? '' : 's'}` };
  });
  return parts
    .filter(({ count }, index) => index === 0 || count > 0)
    .map(({ text }) => text)
    .join(', ');
}
