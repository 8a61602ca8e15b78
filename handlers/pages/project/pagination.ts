import {
  historyMoved,
  type Commit,
  type PageStart,
  type Project,
  type StorePort,
} from '../../../domain/index.ts';
import { writeCursor } from '../../api/cursor.ts';
import { requireHistory, requireProjectWithHistory } from '../../contract/find-project.ts';
import { RefusedError } from '../../contract/problems.ts';

/** How many commits a page shows. */
export const pageSize = 100;

type Route = '/list' | '/json';

export interface HistoryPage {
  readonly project: Project;
  /** Tells the page from all others; its link would take longer to write. */
  readonly id: string;
  /** The path of the page that begins so many commits below the newest. */
  readonly at: (skip: number) => string;
  readonly skip: number;
  readonly total: number;
  /** Paths of the pages beside this one; null at either end. */
  readonly newer: string | null;
  readonly older: string | null;
  /** Reads what it shows. */
  readonly commits: () => Promise<readonly Commit[]>;
}

/** Where the page begins that has the commit which stands so many below the newest. */
export function pageStart(skip: number): number {
  return skip - (skip % pageSize);
}

/** Paths of the pages of one tip, by how many commits below the newest they begin. */
export function pagePath(
  route: Route,
  name: string,
  { tip, commits }: Pick<Project, 'tip' | 'commits'>,
): (skip: number) => string {
  return (skip) =>
    skip > 0 && tip !== null
      ? `${route}/${name}?cursor=${writeCursor({ tip, commits, skip })}`
      : `${route}/${name}`;
}

/**
 * Finds a page without reading what it shows, which most readers need not: it is kept as bytes. It keeps to the tip of the
 * page it was linked from, so that whoever reads on misses nothing.
 */
export async function findPage(
  { store }: { readonly store: StorePort },
  route: Route,
  name: string,
  from: PageStart | undefined,
): Promise<HistoryPage> {
  const project = await requireProjectWithHistory({ store }, name);
  const { tip, commits: total, skip } = from ?? { ...project, skip: 0 };
  const path = pagePath(route, name, { tip, commits: total });
  const commits = async () => {
    if (tip === null) return [];
    const page = await store.commits(name, {
      from: { tip, commits: total, skip },
      limit: pageSize,
    });
    if (page === 'moved' && from === undefined) throw historyMoved();
    if (page === 'moved') throw new RefusedError('page_moved', { instead: `${route}/${name}` });
    return requireHistory(page).commits;
  };
  return {
    project,
    id: `${route}/${name}/${total}/${skip}/${tip}`,
    at: path,
    skip,
    total,
    newer: skip > 0 ? path(Math.max(0, skip - pageSize)) : null,
    older: skip + pageSize < total ? path(skip + pageSize) : null,
    commits,
  };
}
