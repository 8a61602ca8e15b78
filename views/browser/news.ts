/** Says politely that the project of a page has got new commits, and leads to them: what is being read stays where it is. */
export function tellNews(): void {
  const place = document.querySelector<HTMLElement>('.news');
  const { project, tip } = place?.dataset ?? {};
  if (place === null || project === undefined) return;
  const look = (found: unknown) => {
    const now = tipOf(found, project);
    if (now !== undefined && now !== tip) show(place, project);
  };
  let source: EventSource | undefined;
  const listen = () => {
    source = new EventSource('/api/v1/events');
    // Nobody has listened since the page was made, or since the connection was lost.
    source.addEventListener('open', () => void ask(project).then(look));
    source.addEventListener('tip', ({ data }: MessageEvent<string>) => look(JSON.parse(data)));
  };
  // A browser opens six connections to a host: a page that nobody looks at keeps none of them.
  document.addEventListener('visibilitychange', () => {
    source?.close();
    if (!document.hidden) listen();
  });
  if (!document.hidden) listen();
}

/** How the project is now, for what happened while nobody listened; undefined where that is not to be had. */
async function ask(project: string): Promise<unknown> {
  try {
    const answer = await fetch(`/api/v1/projects/${project}`);
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

/** The tip that news of the project tell of: that of an event has its name as `project`, that of the API as `name`. */
function tipOf(found: unknown, project: string): string | undefined {
  if (typeof found !== 'object' || found === null || !('tip' in found)) return undefined;
  const isOurs =
    ('project' in found && found.project === project) ||
    ('name' in found && found.name === project);
  return isOurs && typeof found.tip === 'string' ? found.tip : undefined;
}

function show(place: HTMLElement, project: string): void {
  const link = document.createElement('a');
  link.href = `/list/${project}`;
  link.textContent = 'Show them';
  place.replaceChildren('There are new commits. ', link);
}
