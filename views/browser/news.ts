import { isObject, readJson } from './json.ts';
import { listen } from './live.ts';
import { ask } from './page.ts';

/**
 * Says politely that the project of a page has got new commits, or has been removed, and leads on: what is being read stays
 * where it is.
 */
export function showUpdateNotice(): void {
  const place = document.querySelector<HTMLElement>('.news');
  const { project, tip } = place?.dataset ?? {};
  if (place === null || project === undefined) return;
  const isGone = () => show(place, 'This project has been removed. ', '/', 'All projects');
  const look = (now: unknown) => {
    if (typeof now !== 'string' || now === tip) return;
    show(place, 'There are new commits. ', `/list/${project}`, 'Show them');
  };
  const askAnew = async () => {
    const answer = await ask(`/api/v1/projects/${project}`);
    if (answer?.status === 404) isGone();
    if (answer?.ok !== true) return;
    const found = readJson(answer.text);
    if (isObject(found)) look(found['tip']);
  };
  listen({
    whileHidden: false,
    begun: () => void askAnew(),
    news: (news) => {
      if (news.project === project) look(news.tip);
    },
    removed: (removed) => {
      if (removed === project) isGone();
    },
  });
}

function show(place: HTMLElement, text: string, path: string, words: string): void {
  const link = document.createElement('a');
  link.href = path;
  link.textContent = words;
  place.replaceChildren(text, link);
}
