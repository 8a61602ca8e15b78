import type { ProjectNews } from './live.ts';
import { load, rowOf, rowsOf } from './page.ts';
import { arrange } from './project-table.ts';
import { say } from './say.ts';
import { showTimes } from './times.ts';

/** How many rows are asked for at a time. */
const most = 100;

/** How long news are gathered before their rows are asked for, in milliseconds. */
const pause = 250;

let wanted = new Set<string>();
let loading: Promise<void> | undefined;

/** Brings rows up to date, soon: those of projects that are gone vanish, and new ones appear. */
export function renew(names: Iterable<string>): Promise<void> {
  for (const name of names) wanted.add(name);
  loading ??= soon().finally(() => {
    loading = undefined;
    if (wanted.size > 0) void renew([]);
  });
  return loading;
}

async function soon(): Promise<void> {
  await new Promise((resolve) => void setTimeout(resolve, pause));
  const names = [...wanted].slice(0, most);
  wanted = new Set([...wanted].slice(most));
  const page = await load(`/?only=${names.map(encodeURIComponent).join()}`).catch(() => undefined);
  if (page === undefined) return;
  const found = new Map(rowsOf(page).map((row) => [row.dataset['name'], row]));
  for (const name of names) put(name, found.get(name));
  showAround(page);
}

/** Brings all of the page up to date. */
export async function loadAll(): Promise<void> {
  const page = await load('/').catch(() => undefined);
  if (page === undefined) return;
  const found = new Map(rowsOf(page).map((row) => [row.dataset['name'] ?? '', row]));
  const names = new Set([
    ...found.keys(),
    ...rowsOf(document).map((row) => row.dataset['name'] ?? ''),
  ]);
  for (const name of names) put(name, found.get(name));
  showAround(page);
}

function put(name: string, made: HTMLTableRowElement | undefined): void {
  const old = rowOf(name);
  if (made === undefined) {
    old?.remove();
    return;
  }
  const row = document.importNode(made, true);
  if (old === undefined) {
    document.querySelector('#table tbody')?.append(row);
    row.classList.add('changed');
    return;
  }
  if (old.dataset['tip'] !== row.dataset['tip'] || old.dataset['state'] !== row.dataset['state']) {
    row.classList.add('changed');
    tell(name, old, row);
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const place = [...old.querySelectorAll('a, button')].findIndex((element) => element === focused);
  old.replaceWith(row);
  const same = [...row.querySelectorAll<HTMLElement>('a, button')][place];
  same?.focus({ preventScroll: true });
}

/** What has changed, in words. */
function tell(name: string, old: HTMLTableRowElement, row: HTMLTableRowElement): void {
  const { state, trouble, commits, tip } = row.dataset;
  if (old.dataset['state'] !== state) {
    say(state === 'failing' ? `${name} is failing: ${trouble}` : `${name} is ${state}`);
  }
  if (old.dataset['tip'] === tip || old.dataset['state'] === 'pending') return;
  const more = Number(commits) - Number(old.dataset['commits']);
  if (more > 0) say(`${name} has ${more} new ${more === 1 ? 'commit' : 'commits'}`);
  else say(`${name} has another history`);
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

/** Shows what is told of a project. */
export function hear({ project }: ProjectNews): void {
  void renew([project]);
}

/** Marks a project whose refresh runs. */
export function markRefreshing(name: string, isRefreshing: boolean): void {
  rowOf(name)?.toggleAttribute('data-refreshing', isRefreshing);
}

/** How long after its time a refresh may have ended, in milliseconds, and how often it is looked which those are. */
const usual = 5000;
const interval = 15_000;

/** Asks for the rows of projects that must have been refreshed meanwhile: nothing is told of one that found nothing new. */
export function keepUpToDate(): void {
  setInterval(() => {
    if (document.hidden) return;
    const past = Date.now() - usual;
    const due = rowsOf(document).filter((row) => Number(row.dataset['next']) * 1000 < past);
    if (due.length > 0) void renew(due.slice(0, most).map((row) => row.dataset['name'] ?? ''));
  }, interval);
}
