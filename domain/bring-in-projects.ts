import { addProject, type AddProjectInput } from './add-project.ts';
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

/** How many are fetched at a time. */
const together = 4;

/**
 * Adds the projects that are missing and those that have another url; removes none. All of them are listed as `pending`
 * at once, and stay so until their history is there.
 * @returns those that failed, to be tried again later
 */
export async function bringInProjects(
  ports: Pick<Ports, 'git' | 'store' | 'queue' | 'metrics'>,
  wanted: readonly WantedProject[],
  limits: Pick<AddProjectInput, 'timeoutSeconds' | 'signal'> & { readonly maxProjects: number },
): Promise<readonly MissedProject[]> {
  const { maxProjects } = limits;
  for (const project of wanted) await ports.store.reserveProject({ ...project, maxProjects });

  const missed: MissedProject[] = [];
  const waiting = wanted.values();
  const work = async () => {
    for (const project of waiting) {
      const known = await ports.store.project(project.name);
      if (known?.url === project.url && known.state !== 'pending') continue;
      await addProject(ports, { ...project, ...limits }).catch((error: unknown) => {
        missed.push({ ...project, error });
      });
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  return missed;
}
