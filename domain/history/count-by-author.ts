import type { AuthorCount, AuthorCounts } from '../ports/count-store.ts';

/** What one step counted by author. `Key` says where a store goes on. */
export interface AuthorStep<Key> {
  /** In the order of a store's own ids, each author once; the last one may go on in the next step. */
  readonly authors: readonly (AuthorCount & { readonly id: number | string })[];
  /** Undefined at the end. */
  readonly next: Key | undefined;
}

/**
 * Counts the commits of each author step by step, and keeps the `limit` with the most.
 * @param count counts some commits from a key on, or from the first one
 * @param pause is awaited between two steps
 */
export async function countByAuthor<Key>(
  limit: number,
  count: (after: Key | undefined) => Promise<AuthorStep<Key>>,
  pause: () => Promise<void>,
): Promise<AuthorCounts> {
  let most: readonly AuthorCount[] = [];
  let total = 0;
  let open: AuthorStep<Key>['authors'][number] | undefined;
  const close = (authors: AuthorStep<Key>['authors']) => {
    total += authors.length;
    const counts = authors.map(({ name, commits }) => ({ name, commits }));
    most = [...most, ...counts].toSorted(byCommits).slice(0, limit);
  };
  for (let after: Key | undefined; ;) {
    const step = await count(after);
    const [first, ...others] = step.authors;
    const joined =
      open !== undefined && first?.id === open.id
        ? [{ ...open, commits: open.commits + first.commits }, ...others]
        : [...(open ? [open] : []), ...step.authors];
    open = joined.at(-1);
    close(joined.slice(0, -1));
    after = step.next;
    if (after === undefined) break;
    await pause();
  }
  close(open ? [open] : []);
  return { total, most };
}

/** Orders authors: those with the most commits first, then by name. */
function byCommits(a: AuthorCount, b: AuthorCount): number {
  return b.commits - a.commits || (a.name < b.name ? -1 : 1);
}
