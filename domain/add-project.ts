import { DomainError } from './errors.ts';
import { explainFailure } from './explain-failure.ts';
import type { Ports } from './ports.ts';
import { parseProjectName, parseRepositoryUrl, type Project } from './project.ts';
import { within } from './within.ts';

export interface AddProjectInput {
  readonly name: string;
  readonly url: string;
  /** How many projects there may be; no limit when absent. */
  readonly maxProjects?: number;
  /** How long fetching and reading may take together, in seconds; no limit when absent. */
  readonly timeoutSeconds?: number;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

type AddPorts = Pick<Ports, 'git' | 'store' | 'queue'>;

/**
 * Gives a repository a name and brings its history in. Adding a known name again refreshes it, and with another
 * url replaces it; until the new history is whole, and when it fails, the old one stays.
 * @throws DomainError `bad_name`, `bad_url`, `too_many_projects`, `busy`, or the outcome of the failed fetch
 */
export async function addProject(ports: AddPorts, input: AddProjectInput): Promise<Project> {
  const name = parseProjectName(input.name);
  const url = parseRepositoryUrl(input.url);
  const maxProjects = input.maxProjects ?? Infinity;
  const before = await ports.store.project(name);
  if (before === undefined && (await ports.store.projects()).length >= maxProjects)
    throw full(maxProjects);

  // Several rounds only where another request drops the same url's last project between our fetch and our save.
  for (let round = 0; round < 3; round++) {
    await ports.queue.share(
      url,
      (ended) =>
        within(input.timeoutSeconds, ended, (signal) => refreshHistory(ports, url, signal)),
      { signal: input.signal },
    );
    const saved = await ports.store.saveProject({ name, url, maxProjects });
    if (saved === 'no_history') continue;
    if (saved === 'full') {
      await dropUnused(ports, url);
      throw full(maxProjects);
    }
    if (before !== undefined && before.url !== url) await dropUnused(ports, before.url);
    return saved;
  }
  throw new DomainError('internal', 'The project changed while it was being added; add it again.');
}

async function refreshHistory(
  { git, store }: AddPorts,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const fetched = await git.fetch({ url, signal });
    if (fetched.outcome !== 'ok') {
      throw new DomainError(fetched.outcome, explainFailure(fetched.outcome), {
        cause: fetched.detail,
      });
    }
    const { tip, defaultBranch } = fetched;
    const commits = tip === null ? noCommits() : git.log({ url, tip, signal });
    await store.saveHistory({ url, tip, defaultBranch }, commits);
  } catch (error) {
    if (await store.dropHistory(url)) await git.forget(url);
    throw error;
  }
}

async function* noCommits(): AsyncGenerator<never> {}

/** Removes what is kept of a url that no project names any more, unless somebody is fetching it just now. */
async function dropUnused({ git, store, queue }: AddPorts, url: string): Promise<void> {
  const drop = async () => {
    if (await store.dropHistory(url)) await git.forget(url);
  };
  await queue.share(url, drop, { unlimited: true });
}

function full(maxProjects: number): DomainError {
  return new DomainError(
    'too_many_projects',
    `There are ${maxProjects} projects already, as many as MAX_PROJECTS allows; raise it or remove one.`,
  );
}
