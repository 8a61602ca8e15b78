import { addProject, full, type AddProjectInput } from './add-project.ts';
import type { Ports } from './ports.ts';

/** A project that somebody wants there. */
export interface WantedProject {
  readonly name: string;
  /** As `parseRepositoryUrl` returns it. */
  readonly url: string;
}

/** A wanted project that could not be brought in, and why. */
export interface MissedProject extends WantedProject {
  readonly error: unknown;
}

/**
 * Lists the projects that are missing, as `pending` and due to be refreshed, and replaces the history of those that have
 * another url; removes none.
 * @returns those for which that failed, to be tried again later
 */
export async function bringInProjects(
  ports: Pick<Ports, 'git' | 'store' | 'queue' | 'metrics'> & Partial<Pick<Ports, 'events'>>,
  wanted: readonly WantedProject[],
  input: Pick<AddProjectInput, 'timeoutSeconds' | 'signal' | 'rules'> & {
    readonly maxProjects: number;
  },
): Promise<readonly MissedProject[]> {
  const { maxProjects } = input;
  const missed: MissedProject[] = [];
  const changed: WantedProject[] = [];
  const list = async (project: WantedProject) => {
    const at = Date.now() / 1000;
    const reserved = await ports.store.reserveProject({ ...project, maxProjects, at });
    if (reserved === 'reserved') {
      const data = { project: project.name, tip: null, commits: 0, state: 'pending' } as const;
      ports.events?.publish({ type: 'state', data });
    }
    if (reserved === 'full') throw full(maxProjects);
    const known = await ports.store.project(project.name);
    if (known !== undefined && known.url !== project.url) changed.push(project);
  };
  for (const project of wanted) {
    await list(project).catch((error: unknown) => missed.push({ ...project, error }));
  }
  for (const project of changed) {
    await addProject(ports, { ...project, ...input }).catch((error: unknown) => {
      missed.push({ ...project, error });
    });
  }
  return missed;
}
