import { DomainError } from '../errors.ts';
import { removeUnreferenced } from './remove-unreferenced.ts';
import type { Progress } from '../ports/git-port.ts';
import type { Ports } from '../ports/ports.ts';
import { parseProjectName, parseRepositoryUrl, type Project } from '../project.ts';
import { refreshHistory } from './refresh-history.ts';
import type { RefreshPolicy } from './schedule.ts';
import { withTimeout } from '../concurrency/with-timeout.ts';

export interface AddProjectInput {
  readonly name: string;
  readonly url: string;
  /** How many projects there may be; no limit when absent. */
  readonly maxProjects?: number;
  /** How long all of it may take, waiting for others included, in seconds; no limit when absent. */
  readonly timeoutSeconds?: number;
  /** How often the repository is asked for news afterwards. */
  readonly rules?: RefreshPolicy | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Where the client comes from, as far as known; it has a share of the fetches that may run. */
  readonly source?: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

type AddPorts = Pick<Ports, 'git' | 'store' | 'queue' | 'metrics'> & Partial<Pick<Ports, 'events'>>;

/**
 * Gives a repository a name and brings its history in. Adding a known name again refreshes it, and with another
 * url replaces it; until the new history is whole, and when it fails, the old one stays. Of several at once under one
 * name the last wins, while those of one url share a fetch.
 * @throws DomainError `bad_name`, `bad_url`, `too_many_projects`, `busy`, or the outcome of the failed fetch
 */
export async function addProject(ports: AddPorts, input: AddProjectInput): Promise<Project> {
  const name = parseProjectName(input.name);
  const url = parseRepositoryUrl(input.url);
  const maxProjects = input.maxProjects ?? Infinity;
  const known = await ports.store.project(name);
  if (known === undefined && (await ports.store.projects()).length >= maxProjects) {
    throw tooManyProjects(maxProjects);
  }
  return withTimeout(input.timeoutSeconds, input.signal, (signal) =>
    ports.queue.runExclusive({ key: name, tag: url, signal }, () =>
      addNamed(ports, { ...input, name, url, maxProjects }, signal),
    ),
  );
}

async function addNamed(
  ports: AddPorts,
  input: AddProjectInput & { readonly maxProjects: number },
  waiter: AbortSignal,
): Promise<Project> {
  const { name, url, maxProjects, timeoutSeconds, rules, onProgress, source } = input;
  // Several rounds only where another request drops the same url's last project between our fetch and our save.
  for (let round = 0; round < 3; round++) {
    await ports.queue.singleFlight(
      url,
      async (signal) =>
        void (await refreshHistory(ports, { url, signal, timeoutSeconds, rules, onProgress })),
      waiter,
      { source, group: new URL(url).host },
    );
    const known = await ports.store.project(name);
    const at = Date.now() / 1000;
    const saved = await ports.store
      .saveProject({ name, url, maxProjects, at })
      .catch(async (error: unknown) => {
        // A store that cannot write this may drop nothing either; that is no news then.
        await removeUnreferenced(ports, url).catch(() => {});
        throw error;
      });
    if (saved === 'no_history') continue;
    if (saved === 'full') {
      await removeUnreferenced(ports, url);
      throw tooManyProjects(maxProjects);
    }
    if (saved.replaced !== undefined) await removeUnreferenced(ports, saved.replaced);
    if (known?.url !== url) announce(ports, saved.project);
    return saved.project;
  }
  throw new DomainError('internal', 'The project changed while it was being added; add it again.');
}

function announce({ events }: AddPorts, { name, tip, commits, state }: Project): void {
  const data = { project: name, tip, commits, state };
  events?.publish({ type: 'state', data });
  events?.publish({ type: 'tip', data });
}

/** The refusal of a project more than there may be. */
export function tooManyProjects(maxProjects: number): DomainError {
  return new DomainError(
    'too_many_projects',
    `This server keeps ${maxProjects} projects and no more; raise MAX_PROJECTS or remove one to add another.`,
  );
}
