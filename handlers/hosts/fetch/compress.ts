import { acceptsGzip } from '../../http/accept.ts';
import { gzipTag } from '../../http/conditional.ts';

const compressible = /^(?:text\/(?!event-stream)|application\/json\b|image\/svg\+xml)/;

/** The answer in gzip where it is text and the client takes that; its strong ETag then is another. */
export function gzip(request: Request, response: Response): Response {
  const { body, status } = response;
  const headers = new Headers(response.headers);
  // Its encoding has been chosen already.
  if (headers.get('vary')?.includes('accept-encoding') === true) return response;
  if (!compressible.test(headers.get('content-type') ?? '')) return response;
  headers.append('vary', 'accept-encoding');
  if (!acceptsGzip(request.headers.get('accept-encoding') ?? undefined)) {
    return new Response(body, { status, headers });
  }
  headers.set('content-encoding', 'gzip');
  const etag = headers.get('etag');
  if (etag !== null) headers.set('etag', gzipTag(etag));
  const compressed = body?.pipeThrough(new CompressionStream('gzip')) ?? null;
  return new Response(compressed, { status, headers });
}
