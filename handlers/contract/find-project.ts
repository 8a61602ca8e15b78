import { DomainError, parseProjectName, type Project, type StorePort } from '../../domain/index.ts';

interface Stores {
  readonly store: Pick<StorePort, 'project'>;
}

/** @throws DomainError `bad_name`, `unknown_project` */
export async function requireProject({ store }: Stores, name: string): Promise<Project> {
  const project = await store.project(parseProjectName(name));
  if (project !== undefined) return project;
  throw new DomainError('unknown_project', 'There is no project of that name; / lists them all.');
}

/**
 * A project that has a history.
 * @throws DomainError `bad_name`, `unknown_project`, `pending_project`
 */
export async function requireProjectWithHistory({ store }: Stores, name: string): Promise<Project> {
  const project = await store.project(parseProjectName(name));
  return requireHistory(project && { project }).project;
}

/**
 * What the store has of a project that has a history.
 * @throws DomainError `unknown_project`, `pending_project`
 */
export function requireHistory<Found extends { readonly project: Project }>(
  found: Found | undefined,
): Found {
  if (found === undefined) {
    throw new DomainError('unknown_project', 'Nobody has added a project of that name yet.');
  }
  if (found.project.state !== 'pending') return found;
  throw new DomainError(
    'pending_project',
    'The history of this project has not arrived yet; try again shortly.',
  );
}
