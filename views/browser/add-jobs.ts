import { readJson } from './json.ts';
import { isJob, type Job } from './live.ts';
import { ask, byId } from './page.ts';
import { progressWords } from './progress-words.ts';
import { renew } from './project-rows.ts';
import { announce, sayFailure } from './say.ts';

/** How often a job is asked for that nothing is told of, in milliseconds, and how long one that went well is shown. */
const interval = 3000;
const afterwards = 20_000;

const forgotten = 'The server has forgotten it, as it does when it starts anew; add it again.';

interface Followed {
  readonly item: HTMLLIElement;
  readonly bar: HTMLProgressElement;
  readonly words: HTMLSpanElement;
  readonly timer: number;
}

const followed = new Map<string, Followed>();

/** Shows how a job goes that adds a project. */
export function follow(job: Job): void {
  if (!followed.has(job.id)) {
    const item = document.createElement('li');
    const title = document.createElement('strong');
    title.textContent = job.project;
    const bar = document.createElement('progress');
    bar.setAttribute('aria-label', `Adding ${job.project}`);
    const words = document.createElement('span');
    item.append(title, ' ', bar, words);
    byId('jobs', HTMLUListElement).append(item);
    const timer = setInterval(() => void askFor(job), interval);
    followed.set(job.id, { item, bar, words, timer });
    announce(`Adding ${job.project}`);
  }
  onJob(job);
}

/** Jobs that are being asked for: while the server is slow, no second request for one is sent. */
const asked = new Set<string>();

async function askFor(job: Job): Promise<void> {
  if (document.hidden || asked.has(job.id)) return;
  asked.add(job.id);
  const answer = await ask(`/api/v1/jobs/${job.id}`);
  asked.delete(job.id);
  if (answer === undefined) return;
  const found = answer.ok ? readJson(answer.text) : undefined;
  if (isJob(found)) onJob(found);
  else if (answer.status === 404) onJob({ ...job, state: 'failed', detail: forgotten });
}

/** Shows how far a job has come, if it is one that is followed; whether it is. */
export function onJob(job: Job): boolean {
  const shown = followed.get(job.id);
  if (shown === undefined) return false;
  const { item, bar, words, timer } = shown;
  const isOver = job.state === 'done' || job.state === 'failed';
  if (!isOver) {
    if (job.phase === 'receiving' && job.percent !== null) {
      bar.max = 100;
      bar.value = job.percent;
    } else {
      bar.removeAttribute('value');
    }
    words.textContent = progressWords(job);
    return true;
  }
  clearInterval(timer);
  followed.delete(job.id);
  bar.remove();
  if (job.state === 'failed') {
    item.classList.add('failure');
    words.textContent = `could not be added. ${job.detail ?? ''} `;
    item.append(again(job, item));
    sayFailure(`${job.project} could not be added. ${job.detail ?? ''}`);
  } else {
    void renew([job.project]).then(() => arrived(job, item, words));
  }
  return true;
}

function arrived(job: Job, item: HTMLLIElement, words: HTMLSpanElement): void {
  const link = document.createElement('a');
  link.href = `/list/${encodeURIComponent(job.project)}`;
  link.textContent = 'Read its history';
  words.textContent = 'is there. ';
  item.append(link);
  announce(`${job.project} is there`);
  setTimeout(() => {
    if (!item.contains(document.activeElement)) item.remove();
  }, afterwards);
}

/** Puts into the form again what could not be added. */
function again(job: Job, item: HTMLLIElement): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'secondary outline small';
  button.textContent = 'Change it';
  button.addEventListener('click', () => {
    const [url, name] = [byId('url', HTMLInputElement), byId('name', HTMLInputElement)];
    url.value = job.url;
    name.value = job.project;
    item.remove();
    url.focus();
  });
  return button;
}
