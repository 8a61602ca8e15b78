import { byId, rowsOf } from './page.ts';

const urgency: Readonly<Record<string, number>> = { failing: 0, pending: 1, up: 2 };
const numbers = new Set(['commit', 'commits', 'authors', 'next']);

/** What a row is sorted by; null where it has nothing of the kind. */
function valueOf(row: HTMLTableRowElement, column: string): string | number | null {
  const text = (column === 'host' ? hostOf(row) : row.dataset[column]) ?? '';
  if (column === 'state') return urgency[text] ?? 3;
  if (!numbers.has(column)) return text.toLowerCase();
  return text === '' ? null : Number(text);
}

function hostOf(row: HTMLTableRowElement): string | undefined {
  return row.querySelector('.host')?.textContent;
}

/** What a row is found by, as on the server. */
function textOf(row: HTMLTableRowElement): string {
  const { name, state, trouble = '' } = row.dataset;
  const url = row.querySelector('.host a')?.getAttribute('href');
  return `${name} ${url} is:${state} ${trouble}`.toLowerCase();
}

/** Those without a value come last in either order. */
function compare(column: string, sign: number) {
  return (one: HTMLTableRowElement, other: HTMLTableRowElement): number => {
    const [a, b] = [valueOf(one, column), valueOf(other, column)];
    if (a === b) return (one.dataset['name'] ?? '') < (other.dataset['name'] ?? '') ? -1 : 1;
    if (a === null || b === null) return a === null ? 1 : -1;
    return sign * (a < b ? -1 : 1);
  };
}

/** Sorts the table and hides what is not looked for, as the fields of the search say, which the server understands too. */
export function arrange(): void {
  const { q, sort, order } = fields();
  const words = q.value.toLowerCase().split(/\s+/);
  const rows = rowsOf(document);
  const body = byId('table', HTMLTableElement).tBodies[0];
  const sorted = rows.toSorted(compare(sort.value, order.value === 'desc' ? -1 : 1));
  // Only what stands elsewhere is moved, so that the focus stays where it is.
  for (const [place, row] of sorted.entries()) {
    const there = body?.rows[place];
    if (there !== row) body?.insertBefore(row, there ?? null);
  }
  let shown = 0;
  for (const row of rows) {
    const text = textOf(row);
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown++;
  }
  const looking = q.value.trim();
  const what = `${shown} ${shown === 1 ? 'project' : 'projects'}`;
  const caption = `${what}${looking === '' ? '' : ` with \u2068${looking}\u2069`}, by ${sort.value}`;
  const place = byId('projects', HTMLElement);
  if (place.textContent !== caption) place.textContent = caption;
  byId('nothing', HTMLElement).hidden = shown > 0;
}

function fields() {
  const form = byId('search', HTMLFormElement);
  const field = (name: string) => {
    const found = form.elements.namedItem(name);
    if (found instanceof HTMLInputElement) return found;
    throw new Error(`no field ${name}`);
  };
  return { q: field('q'), sort: field('sort'), order: field('order') };
}

/** Lets the headings sort and the search find as it is typed, and keeps the address such that it shows the same again. */
export function makeTableLively(): void {
  const { q, sort, order } = fields();
  const remember = () => {
    const query = new URLSearchParams();
    if (q.value.trim() !== '') query.set('q', q.value.trim());
    if (sort.value !== 'name' || order.value !== 'asc') {
      query.set('sort', sort.value);
      query.set('order', order.value);
    }
    const search = query.toString();
    history.replaceState(null, '', search === '' ? '/' : `/?${search}`);
  };
  const update = () => {
    arrange();
    remember();
  };
  q.addEventListener('input', update);
  const find = byId('search', HTMLFormElement).querySelector('button');
  if (find !== null) find.hidden = true;
  byId('search', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    update();
  });
  for (const link of document.querySelectorAll<HTMLAnchorElement>('th a[data-sort]')) {
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const column = link.dataset['sort'] ?? 'name';
      const opposite = order.value === 'asc' ? 'desc' : 'asc';
      order.value = column === sort.value ? opposite : (link.dataset['usual'] ?? 'asc');
      sort.value = column;
      for (const head of document.querySelectorAll('th[aria-sort]'))
        head.removeAttribute('aria-sort');
      link.closest('th')?.setAttribute('aria-sort', `${order.value}ending`);
      update();
    });
  }
}
