import { readJson } from './json.ts';
import { isJob } from './live.ts';
import { ask, byId, refusal, showTrouble, unreachable, type Answer } from './page.ts';
import { markRefreshing, renew } from './project-rows.ts';

/** Lets the buttons of the rows do their work without another page. */
export function makeRowsLively(): void {
  const table = byId('table', HTMLTableElement);
  table.addEventListener('submit', (event) => {
    const name = nameAround(event.target);
    if (name === undefined) return;
    event.preventDefault();
    void refresh(name);
  });
  table.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a.remove') : null;
    const name = nameAround(link);
    if (name === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void remove(name);
  });
}

function nameAround(target: EventTarget | null): string | undefined {
  const row = target instanceof Element ? target.closest<HTMLElement>('tr[data-name]') : null;
  return row?.dataset['name'];
}

async function refresh(name: string): Promise<void> {
  showTrouble(null);
  markRefreshing(name, true);
  const path = `/api/v1/projects/${encodeURIComponent(name)}/refresh`;
  const answer = await ask(path, { method: 'POST' });
  if (answer?.ok === true && isJob(readJson(answer.text))) return;
  markRefreshing(name, false);
  showTrouble(`${name}: ${whyNot(answer)}`);
}

/** Asks, and removes a project if that is meant. */
async function remove(name: string): Promise<void> {
  if (!(await confirmed(name))) return;
  showTrouble(null);
  const path = `/api/v1/projects/${encodeURIComponent(name)}`;
  const answer = await ask(path, { method: 'DELETE' });
  if (answer === undefined || (!answer.ok && answer.status !== 404)) {
    showTrouble(`${name}: ${whyNot(answer)}`);
    return;
  }
  await renew([name]);
  const search = byId('q', HTMLInputElement);
  (search.closest('[hidden]') === null ? search : byId('url', HTMLInputElement)).focus();
}

function whyNot(answer: Answer | undefined): string {
  return answer === undefined ? unreachable : refusal(answer).detail;
}

function confirmed(name: string): Promise<boolean> {
  const dialog = byId('removal', HTMLDialogElement);
  const title = dialog.querySelector('bdi');
  if (title !== null) title.textContent = name;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const ended = new AbortController();
  const { signal } = ended;
  for (const button of dialog.querySelectorAll('button')) {
    button.addEventListener('click', () => dialog.close(button.value), { signal });
  }
  dialog.addEventListener(
    'close',
    () => {
      ended.abort();
      resolve(dialog.returnValue === 'yes');
    },
    { signal },
  );
  dialog.returnValue = '';
  dialog.showModal();
  return promise;
}
