import { fetchError } from '../fetch-error.ts';
import { addProject, full, type AddProjectInput } from './add-project.ts';
import type { Ports } from '../ports/ports.ts';
import type { Project } from '../project.ts';

/** A project that somebody wants there. */
export interface DeclaredProject {
  readonly name: string;
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
  /**
   * The url that the name had when this was tried before, null where it had none: whoever has changed that since has the
   * last word. Absent the first time, when whatever the name stands for gives way.
   */
  readonly found?: string | null;
}

/** A wanted project that could not be brought in, and why. */
export interface FailedImport extends DeclaredProject {
  readonly error: unknown;
}

/**
 * Lists the projects that are missing, as `pending` and due to be refreshed, and replaces the history of those that have
 * another url; removes none.
 * @returns those for which that failed, to be tried again later: what somebody does to their names until then is not undone
 */
export async function importProjects(
  ports: Pick<Ports, 'git' | 'store' | 'queue' | 'metrics'> & Partial<Pick<Ports, 'events'>>,
  wanted: readonly DeclaredProject[],
  input: Pick<AddProjectInput, 'timeoutSeconds' | 'signal' | 'rules'> & {
    readonly maxProjects: number;
    /** When a url may be fetched at the soonest, in epoch seconds: of those that ended an earlier process. */
    readonly notBefore?: ReadonlyMap<string, number> | undefined;
  },
): Promise<readonly FailedImport[]> {
  const { maxProjects } = input;
  const { store, events } = ports;
  const missed: FailedImport[] = [];
  const changed: DeclaredProject[] = [];
  const list = async ({ name, url, found }: DeclaredProject) => {
    const known = await store.project(name);
    if (isChanged(found, known)) return;
    if (known !== undefined) {
      if (known.url !== url) changed.push({ name, url, found: known.url });
      return;
    }
    const miss = (error: unknown) => missed.push({ name, url, found: null, error });
    const at = Date.now() / 1000;
    const reserved = await store.reserveProject({ name, url, maxProjects, at }).catch(miss);
    if (reserved === 'full') miss(full(maxProjects));
    if (reserved !== 'reserved') return;
    events?.publish({
      type: 'state',
      data: { project: name, tip: null, commits: 0, state: 'pending' },
    });
  };
  const replace = async ({ name, url, found }: DeclaredProject) => {
    // The one before it may have taken minutes.
    if (isChanged(found, await store.project(name))) return;
    if (Date.now() / 1000 < (input.notBefore?.get(url) ?? 0)) {
      throw fetchError(
        'internal',
        'an earlier process ended while it was fetched; it is tried later',
      );
    }
    await addProject(ports, { name, url, ...input });
  };
  for (const [projects, bring] of [
    [wanted, list],
    [changed, replace],
  ] as const) {
    for (const project of projects) {
      await bring(project).catch((error: unknown) => missed.push({ ...project, error }));
    }
  }
  return missed;
}

function isChanged(found: DeclaredProject['found'], known: Project | undefined): boolean {
  return found !== undefined && found !== (known?.url ?? null);
}
