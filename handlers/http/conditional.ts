/**
 * Conditional requests: entity tags and the headers that hold them.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1
 */

/** What a host adds to the tag of what it compresses. */
const encodingSuffix = /-(?:gzip|deflate)"$/;

/** The tag of an answer once a host has compressed it: each encoding has a strong tag of its own. */
export function gzipTag(etag: string): string {
  return etag.replace(/"$/, '-gzip"');
}

/**
 * The tag by which an If-None-Match header holds an answer: its own, or the one that a host gave it where it compressed it.
 * The comparison is the weak one: `W/` does not matter.
 */
export function ifNoneMatch(header: string | undefined, etag: string): string | undefined {
  if (header === undefined || header === etag) return header;
  const tags = tagsIn(header).map((tag) => tag.replace(/^W\//, ''));
  if (tags.includes('*')) return etag;
  return tags.find((tag) => tag.replace(encodingSuffix, '"') === etag);
}

/** Whether an If-None-Match header refuses whatever is there. */
export function refusesAny(header: string | undefined): boolean {
  return header?.trim() === '*';
}

/** Whether an If-Match header holds one of the tags of what is there. The comparison is the strong one: a weak tag never fits. */
export function ifMatch(header: string, etags: readonly string[]): boolean {
  return tagsIn(header).some(
    (tag) => tag === '*' || etags.includes(tag.replace(encodingSuffix, '"')),
  );
}

function tagsIn(header: string): readonly string[] {
  return header.split(',').map((tag) => tag.trim());
}
