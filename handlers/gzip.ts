const compressible = /^(?:text\/|application\/json\b|image\/svg\+xml)/;
const wanted = /(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;

/** The answer in gzip where it is text and the client takes that; its strong ETag then is another. */
export function gzip(request: Request, response: Response): Response {
  const { body, status } = response;
  const headers = new Headers(response.headers);
  if (!compressible.test(headers.get('content-type') ?? '')) return response;
  headers.append('vary', 'accept-encoding');
  if (!wanted.test(request.headers.get('accept-encoding') ?? '')) {
    return new Response(body, { status, headers });
  }
  headers.set('content-encoding', 'gzip');
  const etag = headers.get('etag');
  if (etag !== null) headers.set('etag', etag.replace(/"$/, '-gzip"'));
  const compressed = body?.pipeThrough(new CompressionStream('gzip')) ?? null;
  return new Response(compressed, { status, headers });
}
