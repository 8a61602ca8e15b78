import { mediaType, parseAll } from '@hapi/accept';
import { memoize } from './memoize.ts';

/** Whether an Accept header asks for a page rather than for data; no header, and one that cannot be read, do not. */
export const prefersHtml = readHeader(
  (accept) => mediaType(accept, ['application/json', 'text/html']) === 'text/html',
);

/** Whether an Accept-Encoding header takes gzip; no header, and one that cannot be read, do not. */
export const acceptsGzip = readHeader((header) =>
  parseAll({ 'accept-encoding': header }).encodings.includes('gzip'),
);

/** False for no header, and for one that cannot be read. */
function readHeader(read: (header: string) => boolean): (header: string | undefined) => boolean {
  const answer = memoize((header) => orFalse(() => read(header)));
  return (header) => header !== undefined && answer(header);
}

function orFalse(read: () => boolean): boolean {
  try {
    return read();
  } catch {
    return false;
  }
}
