import {
  projectColumns,
  projectFits,
  projectOrder,
  type ListedProject,
  type ProjectColumn,
} from '../../domain/project-order.ts';
import { byId, rowsOf } from './page.ts';

/** What a row tells of its project, to be found and sorted by. */
function projectOf(row: HTMLTableRowElement): ListedProject {
  const { name = '', state = '', trouble = null, commit, commits, authors, next } = row.dataset;
  const place = row.querySelector('.host a');
  return {
    name,
    url: place?.getAttribute('href') ?? '',
    host: place?.textContent ?? '',
    state,
    trouble,
    tipCommittedAt: numberIn(commit),
    commits: Number(commits),
    authors: numberIn(authors),
    nextAt: Number(next),
  };
}

function numberIn(text = ''): number | null {
  return text === '' ? null : Number(text);
}

function isColumn(text: string): text is ProjectColumn {
  return projectColumns.some((column) => column === text);
}

/** Sorts the table and hides what is not looked for, as the fields of the search say, which the server understands too. */
export function arrange(): void {
  const { q, sort, order } = fields();
  const rows = rowsOf(document).map((row) => ({ row, project: projectOf(row) }));
  const body = byId('table', HTMLTableElement).tBodies[0];
  const column = isColumn(sort.value) ? sort.value : 'name';
  const compare = projectOrder(column, order.value === 'desc' ? 'desc' : 'asc');
  const sorted = rows.toSorted((one, other) => compare(one.project, other.project));
  // Only what stands elsewhere is moved, so that the focus stays where it is.
  for (const [place, { row }] of sorted.entries()) {
    const there = body?.rows[place];
    if (there !== row) body?.insertBefore(row, there ?? null);
  }
  let shown = 0;
  for (const { row, project } of rows) {
    row.hidden = !projectFits(project, q.value);
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
