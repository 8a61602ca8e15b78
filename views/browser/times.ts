import { relativeTime } from './relative-time.ts';

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });
const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

const two = (number: number) => String(number).padStart(2, '0');

/** `2026-11-24 07:22` in the viewer's zone. */
function minute(date: Date): string {
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * Shows the times below `root` in the viewer's zone. A `<time>` shows its minute, or, with `data-time="relative"`, how
 * long ago it is; exactly, with the zone, on hover, and there in its `.unseen` part for screen readers too. `[data-zone]`
 * names the zone.
 */
export function showTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll('time')) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    element.title = exact.format(date);
    if (element.dataset['time'] === 'relative') showRelative(element, date);
    else element.textContent = minute(date);
  }
  for (const element of root.querySelectorAll('[data-zone]')) element.textContent = zone;
}

function showRelative(element: HTMLTimeElement, date: Date): void {
  const text = relativeTime(date.getTime() / 1000, Date.now() / 1000);
  const [visible] = element.childNodes;
  // Written only where it has changed: what is the same need not be laid out again.
  if (visible instanceof Text && visible.data !== text) visible.data = text;
  const unseen = element.querySelector('.unseen');
  if (unseen !== null) unseen.textContent = `, ${element.title}`;
}

/** Shows the times of the page, and keeps those that say how long ago true. */
export function keepTimes(): void {
  showTimes(document);
  setInterval(() => showTimes(document), 30_000);
}
