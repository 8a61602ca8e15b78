import { isObject, readJson } from './json.ts';
import { listen } from './live.ts';

/** Says politely that the project of a page has got new commits, and leads to them: what is being read stays where it is. */
export function tellNews(): void {
  const place = document.querySelector<HTMLElement>('.news');
  const { project, tip } = place?.dataset ?? {};
  if (place === null || project === undefined) return;
  const look = (now: unknown) => {
    if (typeof now === 'string' && now !== tip) show(place, project);
  };
  listen({
    whileHidden: false,
    begun: () => void tipOf(project).then(look),
    news: (news) => {
      if (news.project === project) look(news.tip);
    },
  });
}

/** The tip that a project has now, for what happened while nobody listened. */
async function tipOf(project: string): Promise<unknown> {
  const response = await fetch(`/api/v1/projects/${project}`).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  const found = readJson(await response.text());
  return isObject(found) ? found['tip'] : undefined;
}

function show(place: HTMLElement, project: string): void {
  const link = document.createElement('a');
  link.href = `/list/${project}`;
  link.textContent = 'Show them';
  place.replaceChildren('There are new commits. ', link);
}
