import type { AuthorCount } from '../ports/store-port.ts';

/** Orders authors: those with the most commits first, then by name. */
export function byCommits(a: AuthorCount, b: AuthorCount): number {
  return b.commits - a.commits || (a.name < b.name ? -1 : 1);
}
