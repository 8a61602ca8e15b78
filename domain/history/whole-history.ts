import type { Commit } from '../commit.ts';
import type { PageStart } from '../ports/commit-store.ts';
import type { Project } from '../project.ts';

/**
 * Reads a whole history batch by batch, of the state that `project` is of.
 * @param read gives the next batch below a place: at least one commit where any is left
 */
export async function* readWholeHistory(
  { tip, commits }: Pick<Project, 'tip' | 'commits'>,
  read: (from: PageStart) => Promise<readonly Commit[]>,
): AsyncGenerator<readonly Commit[]> {
  if (tip === null) return;
  for (let skip = 0; skip < commits;) {
    const batch = await read({ tip, commits, skip });
    skip += batch.length;
    yield batch;
  }
}
