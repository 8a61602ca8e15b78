import type { Ports } from '../ports/ports.ts';
import { refreshHistory } from './refresh-history.ts';
import { removeIfUnreferenced } from './remove-unreferenced.ts';
import type { RefreshPolicy } from './schedule.ts';

interface DueOptions {
  readonly rules?: RefreshPolicy;
  /** How long one fetch may take, in seconds; no limit when absent. */
  readonly timeoutSeconds?: number;
  /** Ends what runs and what waits for its turn. */
  readonly signal?: AbortSignal;
  /** Is told of each url that could not be brought up to date. */
  readonly failed?: (url: string, error: unknown) => void;
}

/**
 * Refreshes every history whose time has come, in turn; to be called from time to time, by a timer or a cron trigger.
 * What waits for its turn from an earlier call is not taken twice. A project that is removed while it is refreshed is
 * cleaned up by the queue (`runIfIdle`), so that a refresh with nothing new ends with `touchHistory`.
 * @param now epoch seconds
 * @returns when all of them have ended, well or not
 */
export async function refreshDue(
  ports: Pick<Ports, 'git' | 'store' | 'queue' | 'metrics'> & Partial<Pick<Ports, 'events'>>,
  now: number,
  { rules, timeoutSeconds, signal, failed }: DueOptions = {},
): Promise<void> {
  const { store, queue, metrics } = ports;
  const refresh = async (url: string, dueAt: number) => {
    const job = { key: url, group: new URL(url).host, dueAt };
    const work = async (ended: AbortSignal) => {
      metrics.refreshWaited(Math.max(0, Date.now() / 1000 - dueAt));
      const names = await refreshHistory(ports, { url, signal: ended, timeoutSeconds, rules });
      // Its last project was removed while it waited for its turn.
      if (names.length === 0) await removeIfUnreferenced(ports, url);
    };
    try {
      await queue.schedule(job, work, signal);
    } catch (error) {
      if (signal?.aborted !== true) failed?.(url, error);
    }
  };
  const due = await store.due(now);
  await Promise.all(due.map(({ url, dueAt }) => refresh(url, dueAt)));
}
