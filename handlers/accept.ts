import { mediaType, parseAll } from '@hapi/accept';

/** Whether an Accept header asks for a page rather than for data; no header, and one that cannot be read, do not. */
export const prefersHtml = remembering(
  (accept) => mediaType(accept, ['application/json', 'text/html']) === 'text/html',
);

/** Whether an Accept-Encoding header takes gzip; no header, and one that cannot be read, do not. */
export const acceptsGzip = remembering((header) =>
  parseAll({ 'accept-encoding': header }).encodings.includes('gzip'),
);

/** How many headers are remembered, and how long they may be: enough for every browser. */
const most = 100;
const longest = 500;

/** Clients send few different headers again and again, and reading one takes a twentieth of a request's time. */
function remembering(read: (header: string) => boolean): (header: string | undefined) => boolean {
  const known = new Map<string, boolean>();
  return (header) => {
    if (header === undefined) return false;
    const before = known.get(header);
    if (before !== undefined) return before;
    const answer = orFalse(() => read(header));
    if (known.size >= most) known.clear();
    if (header.length <= longest) known.set(header, answer);
    return answer;
  };
}

function orFalse(read: () => boolean): boolean {
  try {
    return read();
  } catch {
    return false;
  }
}
