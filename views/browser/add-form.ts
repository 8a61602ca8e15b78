import { proposeName, repositoryOfPage } from '../../domain/page-url.ts';
import { parseProjectName, parseRepositoryUrl } from '../../domain/project.ts';
import { follow } from './add-jobs.ts';
import { readJson } from './json.ts';
import { isJob } from './live.ts';
import { ask, byId, refusal, rowOf, showTrouble, unreachable } from './page.ts';

/** How long nobody types before what is there is called wrong, in milliseconds. */
const pause = 600;

interface Field {
  readonly input: HTMLInputElement;
  /** Says that something is wrong, or with null that all is well; `hint` is what else there is to say. */
  show(wrong: string | null, hint?: string): void;
}

function fieldOf(id: string): Field {
  const input = byId(id, HTMLInputElement);
  const help = byId(`${id}-help`, HTMLElement);
  const usual = input.dataset['help'] ?? (help.textContent || '');
  help.setAttribute('aria-live', 'polite');
  return {
    input,
    show(wrong, hint = usual) {
      const text = wrong ?? hint;
      if (help.textContent !== text) help.textContent = text;
      if (wrong === null) input.removeAttribute('aria-invalid');
      else input.setAttribute('aria-invalid', 'true');
    },
  };
}

/** What is wrong with a text, by the rules that the server has too; null where nothing is. */
function wrongWith(parse: (text: string) => string, text: string): string | null {
  try {
    parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Lets the form propose a name, check what is typed, and show how adding goes without leaving the page. */
export function makeFormLively(): void {
  const form = byId('add-form', HTMLFormElement);
  const [url, name] = [fieldOf('url'), fieldOf('name')];
  form.noValidate = true;
  let proposed = '';

  const repository = () => repositoryOfPage(url.input.value);
  const checkUrl = () => {
    const wrong = wrongWith(parseRepositoryUrl, repository());
    const isOther = wrong === null && repository() !== url.input.value.trim();
    url.show(wrong, isOther ? `The repository of that page is ${repository()}.` : undefined);
    return wrong === null;
  };
  const checkName = () => {
    const text = name.input.value.trim();
    const wrong = wrongWith(parseProjectName, text);
    name.show(
      wrong,
      rowOf(text) === undefined ? undefined : 'That project is there, and gets this url.',
    );
    return wrong === null;
  };
  const whenTyped = (field: Field, check: () => boolean) => {
    let timer = 0;
    field.input.addEventListener('input', () => {
      clearTimeout(timer);
      const wait = () => {
        if (field.input.value === '') field.show(null);
        else check();
      };
      // What has become right is said at once.
      if (field.input.hasAttribute('aria-invalid')) wait();
      else timer = setTimeout(wait, pause);
    });
    field.input.addEventListener('change', () => {
      if (field.input.value !== '') check();
    });
  };

  url.input.addEventListener('input', () => {
    if (name.input.value !== proposed) return;
    proposed = proposeName(repository());
    name.input.value = proposed;
    if (proposed !== '') checkName();
  });
  whenTyped(url, checkUrl);
  whenTyped(name, checkName);

  const submit = async () => {
    const [isUrl, isName] = [checkUrl(), checkName()];
    if (!isUrl || !isName) {
      (isUrl ? name : url).input.focus();
      return;
    }
    const wanted = { name: name.input.value.trim(), url: repository() };
    const refused = await begin(wanted);
    if (refused === undefined) {
      form.reset();
      proposed = '';
      url.show(null);
      name.show(null);
      return;
    }
    const field = refused.type === '/problems/bad_name' ? name : url;
    field.show(refused.detail);
    field.input.focus();
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  for (const example of document.querySelectorAll<HTMLFormElement>('.examples form')) {
    example.addEventListener('submit', (event) => {
      event.preventDefault();
      const fields = new FormData(example);
      const [given, at] = [fields.get('name'), fields.get('url')];
      if (typeof given === 'string' && typeof at === 'string') {
        void begin({ name: given, url: at }).then((refused) => refused && url.show(refused.detail));
      }
    });
  }
}

/** Asks the server to add a project, and follows how that goes; why not, where it does not begin. */
async function begin(wanted: {
  readonly name: string;
  readonly url: string;
}): Promise<{ readonly type: string; readonly detail: string } | undefined> {
  showTrouble(null);
  const answer = await ask(`/add/${encodeURIComponent(wanted.name)}`, {
    method: 'POST',
    headers: { prefer: 'respond-async', 'content-type': 'application/json' },
    body: JSON.stringify({ url: wanted.url }),
  });
  if (answer === undefined) return { type: '', detail: unreachable };
  if (!answer.ok) return refusal(answer, `/?${new URLSearchParams(wanted).toString()}`);
  const job = readJson(answer.text);
  if (!isJob(job)) return { type: '', detail: unreachable };
  follow(job);
  return undefined;
}
