import { fetchError } from '../fetch-error.ts';
import type { Ports } from '../ports/ports.ts';
import type { Project } from '../project.ts';
import { addProject, tooManyProjects, type AddProjectInput } from './add-project.ts';

/** A project that a file declares. */
export interface DeclaredProject {
  readonly name: string;
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
  /**
   * The url that the name had when this was tried before, null where it had none: whoever has changed that since has the
   * last word. Absent the first time, when whatever the name stands for gives way.
   */
  readonly previousUrl?: string | null;
}

/** A declared project that could not be imported, and why. */
export interface FailedImport extends DeclaredProject {
  readonly error: unknown;
}

type ImportPorts = Pick<Ports, 'git' | 'store' | 'queue' | 'metrics'> &
  Partial<Pick<Ports, 'events'>>;

interface ImportOptions extends Pick<AddProjectInput, 'timeoutSeconds' | 'signal' | 'rules'> {
  readonly maxProjects: number;
  /** When a url may be fetched at the soonest, in epoch seconds: of those that ended an earlier process. */
  readonly notBefore?: ReadonlyMap<string, number> | undefined;
}

/**
 * Lists the projects that are missing, as `pending` and due to be refreshed, and replaces the history of those that have
 * another url; removes none.
 * @returns those for which that failed, to be tried again later: what somebody does to their names until then is not undone
 */
export async function importProjects(
  ports: ImportPorts,
  declared: readonly DeclaredProject[],
  options: ImportOptions,
): Promise<readonly FailedImport[]> {
  const failed: FailedImport[] = [];
  const replaced: DeclaredProject[] = [];
  const attempt = (project: DeclaredProject, work: () => Promise<void>) =>
    work().catch((error: unknown) => void failed.push({ ...project, error }));
  for (const project of declared) {
    await attempt(project, async () => {
      const before = await ports.store.project(project.name);
      if (isChanged(project, before)) return;
      if (before === undefined) {
        const missing = { ...project, previousUrl: null };
        await attempt(missing, () => reserve(ports, project, options.maxProjects));
      } else if (before.url !== project.url) {
        replaced.push({ ...project, previousUrl: before.url });
      }
    });
  }
  // Each may take minutes.
  for (const project of replaced) await attempt(project, () => replace(ports, project, options));
  return failed;
}

async function reserve(
  { store, events }: ImportPorts,
  { name, url }: DeclaredProject,
  maxProjects: number,
): Promise<void> {
  const at = Date.now() / 1000;
  const reserved = await store.reserveProject({ name, url, maxProjects, at });
  if (reserved === 'full') throw tooManyProjects(maxProjects);
  if (reserved !== 'reserved') return;
  events?.publish({
    type: 'state',
    data: { project: name, tip: null, commits: 0, state: 'pending' },
  });
}

async function replace(
  ports: ImportPorts,
  project: DeclaredProject,
  options: ImportOptions,
): Promise<void> {
  const { name, url } = project;
  if (isChanged(project, await ports.store.project(name))) return;
  if (Date.now() / 1000 < (options.notBefore?.get(url) ?? 0)) {
    throw fetchError(
      'internal',
      'an earlier process ended while it was fetched; it is tried later',
    );
  }
  await addProject(ports, { name, url, ...options });
}

/** Whether somebody has given the name another url since an earlier try. */
function isChanged({ previousUrl }: DeclaredProject, project: Project | undefined): boolean {
  return previousUrl !== undefined && previousUrl !== (project?.url ?? null);
}
