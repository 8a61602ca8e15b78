import { cursor, writeCursor } from '../../handlers/api/cursor.ts';
import { rawGet } from './raw-get.ts';

/** The url that a page links to as the one of older commits; undefined on the last one. */
export async function olderPage(url: string): Promise<string | undefined> {
  const { status, headers } = await rawGet(url);
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  const [, path] = /<([^>]+)>; rel="next"/.exec(headers['link'] ?? '') ?? [];
  return path && new URL(path, url).href;
}

/** The url that the last page has for whoever follows the links from the first one, without going all the way. */
export async function deepestPage(first: string, commits: number): Promise<string> {
  return pageAt(first, Math.floor((commits - 1) / 100) * 100);
}

/** The url of the page below the newest `skip` commits, which must not be the first page. */
export async function pageAt(first: string, skip: number): Promise<string> {
  const older = await olderPage(first);
  if (older === undefined) throw new Error(`${first} is the only page`);
  const url = new URL(older);
  const place = cursor.parse(url.searchParams.get('cursor'));
  url.searchParams.set('cursor', writeCursor({ ...place, skip }));
  return url.href;
}
