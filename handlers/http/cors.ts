/** Whose pages may read what is answered here; `*` stands for everybody's. */
export type Origins = readonly string[];

/**
 * The headers that let a page of another site read an answer, where its origin is one that may; undefined where it may not.
 * Nothing can be changed from there, whatever the origin: `cross-origin.ts` refuses that.
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function corsHeaders(
  origins: Origins | undefined,
  origin: string | undefined,
): Readonly<Record<string, string>> | undefined {
  if (origins === undefined || origin === undefined) return undefined;
  if (!origins.includes(origin) && !origins.includes('*')) return undefined;
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers':
      'ETag, Link, Location, Retry-After, X-Request-Id, X-Total-Count',
  };
}
