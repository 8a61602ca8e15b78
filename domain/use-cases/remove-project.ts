import { removeUnreferenced } from './remove-unreferenced.ts';
import { unknownProject } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { parseProjectName } from '../project.ts';

/**
 * Removes a project, and its history where no other project has the same url.
 * @throws DomainError `bad_name`, `unknown_project`
 */
export async function removeProject(
  ports: Pick<Ports, 'git' | 'store' | 'queue'> & Partial<Pick<Ports, 'events'>>,
  input: { readonly name: string },
): Promise<void> {
  const name = parseProjectName(input.name);
  const url = await ports.store.removeProject(name);
  if (url === undefined) {
    throw unknownProject();
  }
  ports.events?.publish({ type: 'removed', data: { project: name } });
  await removeUnreferenced(ports, url);
}
