/** How long is gathered what is said together, in milliseconds: nobody wants to hear ten things at once. */
const pause = 2000;

let waiting: string[] = [];

/** Says something to those who use a screen reader, by the page's `#news`, when they have a moment. */
export function say(text: string): void {
  waiting.push(text);
  if (waiting.length > 1) return;
  setTimeout(() => {
    const place = document.getElementById('news');
    // The newest: what came before may be over, as an add that is done.
    const few = waiting.slice(-3).join('. ');
    const more = waiting.length > 3 ? `. And ${waiting.length - 3} before` : '';
    if (place !== null) place.textContent = `${few}${more}.`;
    waiting = [];
  }, pause);
}
