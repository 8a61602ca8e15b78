import { isObject, readJson } from './json.ts';

/** The element that a page has under an id; that it has it is for the template to see to. */
export function byId<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`no ${kind.name} #${id}`);
}

/** The rows of projects. */
export function rowsOf(root: Document): HTMLTableRowElement[] {
  return [...root.querySelectorAll<HTMLTableRowElement>('tr[data-name]')];
}

export function rowOf(name: string): HTMLTableRowElement | undefined {
  return rowsOf(document).find((row) => row.dataset['name'] === name);
}

/** How long an answer may take to come, in milliseconds. */
const patience = 30_000;

/** An answer of the server, read to its end. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

/** What the server answers; undefined where it does not, or not in time. */
export async function ask(path: string, init: RequestInit = {}): Promise<Answer | undefined> {
  try {
    const response = await fetch(path, { ...init, signal: AbortSignal.timeout(patience) });
    const { ok, status } = response;
    return { ok, status, text: await response.text() };
  } catch {
    return undefined;
  }
}

/** The page of this server at a path, as it is now. */
export async function load(path: string): Promise<Document> {
  const answer = await ask(path, { headers: { accept: 'text/html' } });
  if (answer?.ok !== true) throw new Error(`${path}: ${answer?.status ?? unreachable}`);
  return new DOMParser().parseFromString(answer.text, 'text/html');
}

/** What a refused request is told, in a sentence; asks for a token where one is missing. */
export function refusal(
  { status, text }: Answer,
  comeBackTo = '/',
): { readonly type: string; readonly detail: string } {
  if (status === 401) location.assign(`/login?to=${encodeURIComponent(comeBackTo)}`);
  const problem = readJson(text);
  if (isObject(problem) && 'detail' in problem && 'type' in problem) {
    return { type: String(problem['type']), detail: String(problem['detail']) };
  }
  // A proxy in front of the server may answer whatever it likes.
  return { type: '', detail: `The server answered ${status}; try again shortly.` };
}

export const unreachable = 'The server does not answer; look whether it runs, and try again.';

/** Shows what went wrong until something else is begun, which is to say null. */
export function showTrouble(text: string | null): void {
  const place = byId('trouble', HTMLElement);
  place.textContent = text;
  place.hidden = text === null;
}
