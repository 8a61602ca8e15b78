import { load, rowOf, rowsOf } from './page.ts';
import { arrange } from './project-table.ts';
import { announce, sayFailure } from './say.ts';
import { showTimes } from './times.ts';

/** How many rows are asked for at a time. */
const most = 100;

/** How long news are gathered before their rows are asked for, in milliseconds. */
const pause = 250;

const wanted = new Set<string>();

/** What was asked for last: one answer after the other, so that none overwrites what is newer. */
let last: Promise<void> = Promise.resolve();

function runExclusive(work: () => Promise<void>): Promise<void> {
  last = last.catch(() => {}).then(work);
  return last;
}

/** Takes what is wanted when it begins. */
let next: Promise<void> | undefined;

/**
 * Brings rows up to date, soon: those of projects that are gone vanish, and new ones appear.
 * @returns when they have been
 */
export function renew(names: Iterable<string>): Promise<void> {
  for (const name of names) wanted.add(name);
  next ??= runExclusive(async () => {
    await new Promise((resolve) => void setTimeout(resolve, pause));
    next = undefined;
    const all = [...wanted];
    wanted.clear();
    for (let from = 0; from < all.length; from += most) await show(all.slice(from, from + most));
  });
  return next;
}

/** All of the page, where that is still to begin. */
let nextAll: Promise<void> | undefined;

/** Brings all of the page up to date. */
export function loadAll(): Promise<void> {
  nextAll ??= runExclusive(async () => {
    nextAll = undefined;
    await show();
  });
  return nextAll;
}

/** Shows the rows of these projects, or of all, as they are now. */
async function show(some?: readonly string[]): Promise<void> {
  const query = some === undefined ? '' : `?only=${some.map(encodeURIComponent).join()}`;
  const page = await load(`/${query}`).catch(() => undefined);
  if (page === undefined) return;
  const found = new Map(rowsOf(page).map((row) => [nameOf(row), row]));
  const names = some ?? new Set([...found.keys(), ...rowsOf(document).map(nameOf)]);
  for (const name of names) put(name, found.get(name));
  showAround(page);
}

function nameOf(row: HTMLTableRowElement): string {
  return row.dataset['name'] ?? '';
}

function put(name: string, made: HTMLTableRowElement | undefined): void {
  const old = rowOf(name);
  if (made === undefined) {
    if (old !== undefined) announce(`${name} is removed`);
    old?.remove();
    return;
  }
  const row = document.importNode(made, true);
  if (old === undefined) {
    document.querySelector('#table tbody')?.append(row);
    mark(row);
    return;
  }
  if (old.dataset['tip'] !== row.dataset['tip'] || old.dataset['state'] !== row.dataset['state']) {
    mark(row);
    tell(name, old, row);
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const place = [...old.querySelectorAll('a, button')].findIndex((element) => element === focused);
  old.replaceWith(row);
  const same = [...row.querySelectorAll<HTMLElement>('a, button')][place];
  same?.focus({ preventScroll: true });
}

/** Lets a row be seen to have changed, once: sorting would begin it again. */
function mark(row: HTMLTableRowElement): void {
  row.classList.add('changed');
  row.addEventListener('animationend', () => row.classList.remove('changed'), { once: true });
}

/** What has changed, in words. */
function tell(name: string, old: HTMLTableRowElement, row: HTMLTableRowElement): void {
  const { state, trouble, commits, tip } = row.dataset;
  if (old.dataset['state'] !== state) {
    if (state === 'failing') sayFailure(`${name} is failing: ${trouble}`);
    else announce(`${name} is ${state}`);
  }
  if (old.dataset['tip'] === tip || old.dataset['state'] === 'pending') return;
  const more = Number(commits) - Number(old.dataset['commits']);
  if (more > 0) announce(`${name} has ${more} new ${more === 1 ? 'commit' : 'commits'}`);
  else announce(`${name} has another history`);
}

/** What tells of all projects: counts, title and icon. */
function showAround(page: Document): void {
  for (const id of ['counts', 'all']) {
    const [here, there] = [document.getElementById(id), page.getElementById(id)];
    if (here === null || there === null) continue;
    here.hidden = there.hidden;
    if (id === 'counts') here.replaceChildren(...there.childNodes);
  }
  const isEmpty = page.querySelector('.welcome') !== null;
  const welcome = document.querySelector<HTMLElement>('.welcome');
  if (welcome !== null) welcome.hidden = !isEmpty;
  document.title = page.title;
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const href = page.querySelector('link[rel=icon]')?.getAttribute('href') ?? '';
  if (icon !== null && icon.getAttribute('href') !== href) icon.setAttribute('href', href);
  showTimes(document);
  arrange();
}

/** Marks a project whose refresh runs. */
export function markRefreshing(name: string, isRefreshing: boolean): void {
  rowOf(name)?.toggleAttribute('data-refreshing', isRefreshing);
}

/** How long after its time a refresh may have ended, in milliseconds, and how often it is looked which those are. */
const usual = 5000;
const interval = 15_000;

/** Asks for the rows of projects that must have been refreshed meanwhile, for when they will be next. */
export function keepUpToDate(): void {
  setInterval(() => {
    if (document.hidden) return;
    const past = Date.now() - usual;
    const due = rowsOf(document).filter((row) => Number(row.dataset['next']) * 1000 < past);
    if (due.length > 0) void renew(due.slice(0, most).map(nameOf));
  }, interval);
}
