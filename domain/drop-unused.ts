import type { Ports } from './ports.ts';

/**
 * Removes what is kept of a url that no project names any more. Where somebody is fetching it, it stays: they will
 * name it, or drop it when they fail.
 */
export async function dropUnused(
  { git, store, queue }: Pick<Ports, 'git' | 'store' | 'queue'>,
  url: string,
): Promise<void> {
  await queue.whenIdle(url, async () => {
    if (await store.dropHistory(url)) await git.forget(url);
  });
}
