import type { Ports } from './ports.ts';

/** Tells whoever listens that the projects of a url are being refreshed, for as long as the work takes. */
export async function tellRefreshing<Result>(
  { store, events }: Pick<Ports, 'store'> & Partial<Pick<Ports, 'events'>>,
  url: string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (events === undefined) return work();
  // A store that fails is for the work to find out.
  const names = await store.namesOf(url).catch(() => []);
  const tell = (refreshing: boolean) => {
    for (const project of names) {
      events.publish({ type: 'refreshing', data: { project, refreshing } });
    }
  };
  tell(true);
  try {
    return await work();
  } finally {
    tell(false);
  }
}
