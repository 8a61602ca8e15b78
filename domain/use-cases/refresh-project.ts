import { unknownProject } from '../errors.ts';
import { removeUnreferenced } from './remove-unreferenced.ts';
import type { Progress } from '../ports/git-port.ts';
import type { Ports } from '../ports/ports.ts';
import { parseProjectName } from '../project.ts';
import { refreshHistory } from './refresh-history.ts';
import type { RefreshPolicy } from './schedule.ts';
import { withTimeout } from '../concurrency/with-timeout.ts';

interface RefreshProjectInput {
  readonly name: string;
  readonly timeoutSeconds?: number;
  readonly rules?: RefreshPolicy | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Where the client comes from, as far as known; it has a share of the fetches that may run. */
  readonly source?: string | undefined;
}

/**
 * Brings the history of a project up to date now; joins the fetch of its url if one runs.
 * @throws DomainError `bad_name`, `unknown_project`, `busy`, or the outcome of the failed fetch
 */
export async function refreshProject(
  ports: Pick<Ports, 'git' | 'store' | 'queue' | 'metrics'> & Partial<Pick<Ports, 'events'>>,
  input: RefreshProjectInput,
): Promise<void> {
  const { name, timeoutSeconds, rules, onProgress, source } = input;
  const project = await ports.store.project(parseProjectName(name));
  if (project === undefined) {
    throw unknownProject();
  }
  const { url } = project;
  try {
    await withTimeout(timeoutSeconds, input.signal, (waiter) =>
      ports.queue.singleFlight(
        url,
        async (signal) =>
          void (await refreshHistory(ports, { url, signal, timeoutSeconds, rules, onProgress })),
        waiter,
        { source, group: new URL(url).host },
      ),
    );
  } finally {
    // Its last project may have been removed meanwhile.
    await removeUnreferenced(ports, url);
  }
}
