import type { EventsPort, MetricsPort } from '../ports/ports.ts';
import type { Change, TrackedUrl } from '../ports/history-store.ts';
import { publishInBatches } from './publish-in-batches.ts';

/** Counts a refresh that succeeded, which the first fetch of a url is not. */
export function countRefresh(
  metrics: MetricsPort,
  before: TrackedUrl,
  after: TrackedUrl,
  change: Change | 'unchanged',
): void {
  if (before.facts === undefined || before.facts.state === 'pending') return;
  const projects = after.names;
  if (change === 'unchanged') {
    const none = { added: 0, lost: 0 };
    metrics.refreshed({ projects, result: 'unchanged', change: none, detectionSeconds: null });
    return;
  }
  const committedAt = after.facts?.tipCommittedAt ?? null;
  metrics.refreshed({
    projects,
    result: change.lost > 0 ? 'rewritten' : 'updated',
    change,
    detectionSeconds:
      change.added === 0 || committedAt === null
        ? null
        : Math.max(0, Date.now() / 1000 - committedAt),
  });
}

/** Publishes the state and the tip of each project of a url, where they are not as they were. */
export async function publishChange(
  events: EventsPort | undefined,
  { facts: before }: TrackedUrl,
  { names, facts: after }: TrackedUrl,
): Promise<void> {
  if (events === undefined || after === undefined) return;
  const { tip, commits, state } = after;
  if (before?.state === state && before.tip === tip) return;
  await publishInBatches(names, (project) => {
    const data = { project, tip, commits, state };
    if (before?.state !== state) events.publish({ type: 'state', data });
    if (before?.tip !== tip) events.publish({ type: 'tip', data });
  });
}
