/** How long is gathered what is said together, in milliseconds: nobody wants to hear ten things at once. */
const pause = 2000;

/** How many failures are said at a time, and how many things in all where fewer have failed. */
const mostFailures = 5;
const most = 3;

const failures: string[] = [];
const others: string[] = [];

/** Says something to those who use a screen reader, by the page's `#news`, when they have a moment. */
export function announce(text: string): void {
  others.push(text);
  sayLater();
}

/** Says before everything else what has gone wrong. */
export function sayFailure(text: string): void {
  failures.push(text);
  sayLater();
}

function sayLater(): void {
  if (failures.length + others.length > 1) return;
  setTimeout(() => {
    const place = document.getElementById('news');
    if (place !== null) place.textContent = gathered();
    failures.length = 0;
    others.length = 0;
  }, pause);
}

function gathered(): string {
  const failed = failures.slice(0, mostFailures);
  // The newest: what came before may be over, as an add that is done.
  const before = Math.max(0, others.length - Math.max(0, most - failed.length));
  const more = failures.length - failed.length;
  return [
    ...failed,
    ...(more > 0 ? [`And ${more} more failures`] : []),
    ...others.slice(before),
    ...(before > 0 ? [`And ${before} before`] : []),
  ]
    .map(sentence)
    .join(' ');
}

function sentence(text: string): string {
  const end = text.trimEnd();
  return /[.!?…]$/u.test(end) ? end : `${end}.`;
}
