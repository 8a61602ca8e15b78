import type { Ports } from '../ports/ports.ts';
import { publishInBatches } from './publish-in-batches.ts';

/** Tells whoever listens that the projects of a url are being refreshed, for as long as the work takes. */
export async function withRefreshingEvents<Result>(
  { store, events }: Pick<Ports, 'store'> & Partial<Pick<Ports, 'events'>>,
  url: string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (events === undefined) return work();
  // A store that fails is for the work to find out.
  const names = await store.namesOf(url).catch(() => []);
  const tell = (refreshing: boolean) =>
    publishInBatches(names, (project) => {
      events.publish({ type: 'refreshing', data: { project, refreshing } });
    });
  await tell(true);
  try {
    return await work();
  } finally {
    await tell(false);
  }
}
