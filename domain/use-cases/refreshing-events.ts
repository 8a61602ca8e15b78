import type { EventsPort } from '../ports/ports.ts';
import { publishInBatches } from './publish-in-batches.ts';

/** Publishes that projects are being refreshed, for as long as the work takes. */
export async function withRefreshingEvents<Result>(
  events: EventsPort | undefined,
  names: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  if (events === undefined) return work();
  const publish = (refreshing: boolean) =>
    publishInBatches(names, (project) => {
      events.publish({ type: 'refreshing', data: { project, refreshing } });
    });
  await publish(true);
  try {
    return await work();
  } finally {
    await publish(false);
  }
}
