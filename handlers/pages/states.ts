import type { Project, ProjectState } from '../../domain/index.ts';

/** How many projects there are in each state. */
export type StateCounts = Readonly<Record<'all' | ProjectState, number>>;

export function countStates(projects: readonly Project[]): StateCounts {
  const count = (state: ProjectState) =>
    projects.filter((project) => project.state === state).length;
  return {
    all: projects.length,
    up: count('up'),
    failing: count('failing'),
    pending: count('pending'),
  };
}
