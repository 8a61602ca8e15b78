import { mediaType, parseAll } from '@hapi/accept';

/** Whether an Accept header asks for a page rather than for data; no header, and one that cannot be read, do not. */
export function prefersHtml(accept: string | undefined): boolean {
  try {
    return mediaType(accept, ['application/json', 'text/html']) === 'text/html';
  } catch {
    return false;
  }
}

/** Whether an Accept-Encoding header takes gzip; no header, and one that cannot be read, do not. */
export function acceptsGzip(header: string | undefined): boolean {
  try {
    if (header === undefined) return false;
    return parseAll({ 'accept-encoding': header }).encodings.includes('gzip');
  } catch {
    return false;
  }
}
