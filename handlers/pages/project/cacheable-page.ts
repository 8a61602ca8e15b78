import type { CacheableReply, Page } from '../../contract/reply.ts';
import { linkHeader } from '../../http/link-header.ts';
import type { HistoryPage } from './pagination.ts';

/** The value of a `Link` header that leads to the pages beside one; empty where there is none. */
export function linkTo({ newer, older }: Pick<HistoryPage, 'newer' | 'older'>): string {
  return linkHeader([
    ...(older === null ? [] : [{ rel: 'next', target: older } as const]),
    ...(newer === null ? [] : [{ rel: 'prev', target: newer } as const]),
  ]);
}

/**
 * The answer of a page.
 * @param more what it is made from besides
 * @param link where what is beside it shows only in making it
 */
export function cacheablePage(
  { project, id, newer, older }: Pick<HistoryPage, 'project' | 'id' | 'newer' | 'older'>,
  page: (signal: AbortSignal) => Promise<Page>,
  more: readonly unknown[] = [],
  link?: (signal: AbortSignal) => Promise<string>,
): CacheableReply {
  const { url, tip, commits, defaultBranch } = project;
  const beside = linkTo({ newer, older });
  return {
    kind: 'repeatable',
    key: [id, url, tip, commits, defaultBranch, ...more],
    reply: {
      kind: 'page',
      page,
      ...(link && { link }),
      ...(beside !== '' && { headers: { link: beside } }),
    },
  };
}
