import { DomainError, parseProjectName, type Ports, type Project } from '../../domain/index.ts';

/** @throws DomainError `bad_name`, `unknown_project` */
export async function requireProject(
  { store }: Pick<Ports, 'store'>,
  name: string,
): Promise<Project> {
  const project = await store.project(parseProjectName(name));
  if (project !== undefined) return project;
  throw new DomainError('unknown_project', 'There is no project of that name; / lists them all.');
}
