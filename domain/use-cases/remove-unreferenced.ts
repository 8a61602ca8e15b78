import type { Ports } from '../ports/ports.ts';

/**
 * Removes what is kept of a url that no project names any more. Where somebody is fetching it, it stays: they will
 * name it, or drop it when they fail; where the timer refreshes it, it goes afterwards.
 */
export async function removeUnreferenced(
  ports: Pick<Ports, 'git' | 'store' | 'queue'>,
  url: string,
): Promise<void> {
  await ports.queue.runIfIdle(url, async () => void (await removeIfUnreferenced(ports, url)));
}

/** The same, for whoever is fetching it; false where a project names it. */
export async function removeIfUnreferenced(
  { git, store }: Pick<Ports, 'git' | 'store'>,
  url: string,
): Promise<boolean> {
  const isDropped = await store.dropHistory(url);
  if (isDropped) await git.forget(url);
  return isDropped;
}
