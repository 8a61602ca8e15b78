import { mediaType, parseAll } from '@hapi/accept';
import { memoize } from '../../domain/index.ts';

/** Whether an Accept header asks for a page rather than for data; no header, and one that cannot be read, do not. */
export const prefersHtml = remembering(
  (accept) => mediaType(accept, ['application/json', 'text/html']) === 'text/html',
);

/** Whether an Accept-Encoding header takes gzip; no header, and one that cannot be read, do not. */
export const acceptsGzip = remembering((header) =>
  parseAll({ 'accept-encoding': header }).encodings.includes('gzip'),
);

/** Reading one takes a twentieth of a request's time. */
function remembering(read: (header: string) => boolean): (header: string | undefined) => boolean {
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
