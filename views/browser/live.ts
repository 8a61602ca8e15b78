import { isObject, readJson } from './json.ts';

/** How a project has become, as the API tells it. */
export interface ProjectNews {
  readonly project: string;
  readonly tip: string | null;
  readonly commits: number;
  readonly state: string;
}

/** A job, as the API tells it. */
export interface Job {
  readonly id: string;
  readonly project: string;
  readonly url: string;
  readonly state: string;
  readonly phase: string | null;
  readonly percent: number | null;
  readonly bytes: number | null;
  readonly commits: number | null;
  readonly detail: string | null;
}

interface Listener {
  readonly job?: (job: Job) => void;
  /** A project has another tip, or another state. */
  readonly news?: (news: ProjectNews) => void;
  readonly removed?: (project: string) => void;
  /** The server has begun to refresh a project, or is done with it. */
  readonly refreshing?: (project: string, isRefreshing: boolean) => void;
  /** The stream is there. Nobody has listened since the page was made, or since it was lost. */
  readonly begun: (wasLost: boolean) => void;
  /** Whether a page that nobody looks at listens too, as one does whose title and icon tell something. */
  readonly whileHidden: boolean;
}

/**
 * How long after an answer that was no stream it is asked for again, in milliseconds; twice as long each time, since a server
 * that has no place for one more listener may have none for hours.
 */
const firstWait = 10_000;
const longestWait = 300_000;

export function isJob(value: unknown): value is Job {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['project'] === 'string';
}

function isNews(value: unknown): value is ProjectNews {
  return (
    isObject(value) && typeof value['project'] === 'string' && typeof value['commits'] === 'number'
  );
}

/**
 * Listens to what happens on the server, for as long as the page is there, and says in `#live`, where the page has one,
 * whether it hears anything.
 */
export function listen(listener: Listener): void {
  const { whileHidden } = listener;
  let source: EventSource | undefined;
  let timer = 0;
  let wait = firstWait;
  let wasLost = false;
  const begin = () => {
    clearTimeout(timer);
    source = openStream(listener);
    source.addEventListener('open', () => {
      show('Live', 'up');
      listener.begun(wasLost);
      wasLost = false;
      wait = firstWait;
    });
    source.addEventListener('error', () => {
      wasLost = true;
      show('Not live: the server does not answer', 'failing');
      // A browser comes back by itself, but not after an answer that is no stream: of a server that ends, or of a proxy.
      if (!isOver() || document.hidden) return;
      timer = setTimeout(begin, wait);
      wait = Math.min(2 * wait, longestWait);
    });
  };
  const isOver = () => source === undefined || source.readyState === EventSource.CLOSED;
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) {
      if (isOver()) begin();
      return;
    }
    clearTimeout(timer);
    if (whileHidden) return;
    // A browser opens six connections to a host: a page that nobody looks at keeps none of them.
    source?.close();
    wasLost = true;
  });
  if (whileHidden || !document.hidden) begin();
}

function openStream({ job, news, removed, refreshing }: Listener): EventSource {
  const source = new EventSource('/api/v1/events');
  const hear = (type: string, told: (value: Readonly<Record<string, unknown>>) => void) => {
    source.addEventListener(type, (event) => {
      const value = event instanceof MessageEvent ? readJson(String(event.data)) : undefined;
      if (isObject(value)) told(value);
    });
  };
  hear('job', (value) => isJob(value) && job?.(value));
  hear('tip', (value) => isNews(value) && news?.(value));
  hear('state', (value) => isNews(value) && news?.(value));
  hear('removed', ({ project }) => typeof project === 'string' && removed?.(project));
  hear('refreshing', ({ project, refreshing: isRefreshing }) => {
    if (typeof project === 'string') refreshing?.(project, isRefreshing === true);
  });
  return source;
}

function show(text: string, state: string): void {
  const place = document.getElementById('live');
  if (place === null) return;
  place.hidden = false;
  place.dataset['state'] = state;
  place.textContent = text;
}
