import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { serve, type Answer, type Body, type Exchange } from './git-backend.ts';

/** What the server does below a first path segment of each name: `/hang/x.git` never answers. */
export const faults: Readonly<Record<string, Answer>> = {
  'redirect-301': redirect(301, withSuffix),
  'redirect-302': redirect(302, withSuffix),
  'redirect-307': redirect(307, withSuffix),
  'status-401': status(401, { 'www-authenticate': 'Basic realm="git"' }),
  'status-403': status(403),
  'status-404': status(404),
  'status-429': status(429, { 'retry-after': '30' }),
  'status-503': status(503),
  /** A web page, whatever is asked. */
  page: status(200, { 'content-type': 'text/html' }, '<!doctype html><title>Welcome</title>\n'),
  /** Nothing, whatever is asked, and successfully so. */
  empty: status(200),
  /** Half of the answer that holds the pack, then the connection is closed. */
  'half-pack': serve({ through: (body) => half(body, 'cut') }),
  /** Half of the answer that holds the pack, as if that were all. */
  'half-pack-ended': serve({ through: (body) => half(body, 'ended') }),
  /** Everything, at about 1 kB a second. */
  slow: serve({ through: slowly }),
  hang,
  reset: ({ request }) => {
    request.socket.resetAndDestroy();
  },
  'no-filter': serve({ config: { 'uploadpack.allowFilter': 'false' } }),
  'protocol-v0': serve({ protocol: '' }),
  'protocol-v1': serve({ protocol: 'version=1' }),
  /** git's CGI takes a request that names no service for one of the dumb protocol, and makes its files on the fly. */
  dumb: serve({ query: '' }),
};

/** Takes the request and never answers. */
export async function hang({ request, response }: Exchange): Promise<void> {
  request.resume();
  await once(response, 'close');
}

/** Answers everything with one status, headers and text. */
export function status(
  code: number,
  headers: OutgoingHttpHeaders = {},
  text: string | Uint8Array = '',
): Answer {
  return ({ request, response }) => {
    request.resume();
    response.writeHead(code, { 'content-length': text.length, ...headers }).end(text);
  };
}

/** Sends the client elsewhere. `location` is given what was asked for below the first segment, query included. */
export function redirect(code: 301 | 302 | 307, location: (asked: string) => string): Answer {
  return (exchange) => {
    const { path, query } = exchange;
    return status(code, { location: location(query === '' ? path : `${path}?${query}`) })(exchange);
  };
}

/** `/x/info/refs` is at `/x.git/info/refs`. */
function withSuffix(asked: string): string {
  return asked.replace(/^\/[^/?]+/, '$&.git');
}

async function* half(body: Body, ending: 'cut' | 'ended'): Body {
  const whole = await buffer(body);
  // The section of a fetch answer that holds the pack (gitprotocol-v2); the answers before it are left alone.
  if (!whole.includes('packfile\n')) {
    yield whole;
    return;
  }
  yield whole.subarray(0, whole.length / 2);
  if (ending === 'ended') return;
  // What was just given away is written by then: a connection that ends without a byte is tried again by curl.
  await setImmediate();
  throw new Error('cut off');
}

async function* slowly(body: Body): Body {
  for await (const chunk of body) {
    for (let sent = 0; sent < chunk.length; sent += 100) {
      yield chunk.subarray(sent, sent + 100);
      await setTimeout(100);
    }
  }
}
