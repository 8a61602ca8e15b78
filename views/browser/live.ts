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
  /** The server is there again, after things may have been missed. */
  readonly again?: () => void;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function isJob(value: unknown): value is Job {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['project'] === 'string';
}

function isNews(value: unknown): value is ProjectNews {
  return (
    isObject(value) && typeof value['project'] === 'string' && typeof value['commits'] === 'number'
  );
}

/** What a text of JSON says; undefined where it is none. */
export function readJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/**
 * Listens to what happens on the server, for as long as the page is there, and says in `#live`, where the page has one,
 * whether it hears anything.
 */
export function listen({ job, news, again }: Listener): void {
  const source = new EventSource('/api/v1/events');
  let wasLost = false;
  source.addEventListener('open', () => {
    show('Live', 'up');
    if (wasLost) again?.();
    wasLost = false;
  });
  source.addEventListener('error', () => {
    wasLost = true;
    show('Not live: the server does not answer', 'failing');
    // A browser comes back by itself, but not after an answer that is no stream.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(
      () => listen({ ...(job && { job }), ...(news && { news }), ...(again && { again }) }),
      10_000,
    );
  });
  source.addEventListener('job', ({ data }) => {
    const value = readJson(String(data));
    if (isJob(value)) job?.(value);
  });
  for (const type of ['tip', 'state']) {
    source.addEventListener(type, (event) => {
      const value = event instanceof MessageEvent ? readJson(String(event.data)) : undefined;
      if (isNews(value)) news?.(value);
    });
  }
}

function show(text: string, state: string): void {
  const place = document.getElementById('live');
  if (place === null) return;
  place.hidden = false;
  place.dataset['state'] = state;
  place.textContent = text;
}
