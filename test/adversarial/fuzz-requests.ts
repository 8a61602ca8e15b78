import fc from 'fast-check';
import { hostileBytes, hostileEntries } from '../kit/hostile.ts';

/** What fuzzing sends: a request as it stands on the wire, a character for each byte. */
export type Wire = string;

const entries = await hostileEntries();

/** What strangers may send, with one change or a few. */
function like(kinds: readonly string[]): fc.Arbitrary<string> {
  const places = { F: 'http://127.0.0.1:1', H: 'localhost', FH: '127.0.0.1:1', FP: '1', P2: '2' };
  const values = entries
    .filter(({ kind }) => kinds.includes(kind))
    .map((entry) => hostileBytes(entry, places).toString('latin1'))
    .filter((value) => value.length <= 10_000);
  return fc
    .tuple(fc.constantFrom(...values), fc.array(change, { maxLength: 4 }))
    .map(([value, changes]) => changes.reduce((text, each) => each(text), value));
}

const anyBytes = (maxLength: number) =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'));

/** One change of a text, at a place that is a share of it. */
const change = fc
  .record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 40 }),
    put: fc.oneof(
      anyBytes(8),
      fc.constantFrom('%00', '%2f', '%', '..', '\\', '\r\n', '\0', '"', '{', '[', '💥', 'é'),
    ),
    times: fc.constantFrom(1, 1, 1, 2, 100),
  })
  .map(({ at, length, put, times }) => (text: string) => {
    const place = Math.floor(at * text.length);
    return text.slice(0, place) + put.repeat(times) + text.slice(place + length);
  });

const wordy = fc.oneof(
  anyBytes(60),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text).toString('latin1')),
  fc.double().map(String),
  fc.constantFrom('', '0', '-1', '1e9', 'known', 'HEAD', '2023-11-14', '2023-11-14T22:13:20+01:00'),
);

/** What stands in a line of a head, where a break would only begin another line. */
const inLine = (texts: fc.Arbitrary<string>) =>
  texts.map((text) => text.replaceAll(/[\r\n]/g, '').replaceAll(/[ ]/g, '%20'));

const paths = [
  '/',
  '/add/',
  '/json/',
  '/list/',
  '/feed/',
  '/static/',
  '/login',
  '/metrics',
  '/api/v1/projects',
  '/api/v1/projects/',
  '/api/v1/projects/known/commits',
  '/api/v1/projects/known/commits/',
  '/api/v1/projects/known/stats',
  '/api/v1/projects/known/rewrites/',
  '/api/v1/jobs/',
];
const methods = fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS');

const words = (text: string) => text.split(' ');

const parameters = fc.constantFrom(
  ...words(
    'limit cursor after page q author since until sort by state order first-parent tip path',
  ),
  ...words('__proto__ fields count'),
);
const query = fc
  .array(fc.tuple(parameters, inLine(wordy).map(encodeURIComponent)), { maxLength: 3 })
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.join('=')).join('&')}`));

const headerNames = words(
  'Accept Accept-Encoding Accept-Language Authorization Cookie Content-Type If-Match If-None-Match ' +
    'If-Modified-Since Range Prefer Last-Event-ID Origin Sec-Fetch-Site X-Forwarded-For Host TE ' +
    'X-Forwarded-Host X-Request-Id Transfer-Encoding Content-Length Content-Encoding Expect Upgrade',
);
const headerValue = fc.oneof(
  wordy,
  fc.constantFrom('*', '*/*;q=0.1', 'text/html', 'gzip;q=0, *', 'chunked', 'gzip', '5', 'W/"x"'),
  fc.constantFrom('respond-async, wait=9', 'bytes=0-1', 'Bearer x', 'null', 'same-origin', 'a=b;'),
);
const headers = fc.array(
  fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...headerNames) }, wordy), headerValue),
  { maxLength: 6 },
);

function wire(method: string, path: string, lines: readonly string[], body: string): Wire {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`];
  const head = [`${method} ${path} HTTP/1.1`, ...lines, ...length, 'Connection: close'];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

const host = 'Host: localhost';
const kinds = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', '', 'a/b;c');
const asForm = (url: string) => `url=${encodeURIComponent(url.toWellFormed())}`;
const asJson = (url: string) => JSON.stringify({ url });

/** Requests of each kind, of which no byte may be what the server expects. */
export const requests: Readonly<
  Record<'urls' | 'names' | 'bodies' | 'headers', fc.Arbitrary<Wire>>
> = {
  urls: fc
    .record({
      url: fc.oneof(like(['url']), fc.webUrl({ withQueryParameters: true }), anyBytes(200)),
      how: fc.constantFrom((url: string) => url, asForm, asJson),
      method: fc.constantFrom('POST /add/fuzz', 'PUT /api/v1/projects/fuzz', 'POST /add'),
    })
    .map(({ url, how, method }) => {
      const [verb = '', path = ''] = method.split(' ');
      return wire(verb, path, [host], how(url));
    }),
  names: fc
    .record({
      method: methods,
      path: fc.constantFrom(...paths),
      name: inLine(fc.oneof(like(['name']), wordy, wordy.map(encodeURIComponent))),
      query,
      page: fc.boolean(),
    })
    .map(({ method, path, name, query: asked, page }) =>
      wire(method, path + name + asked, [host, ...(page ? ['Accept: text/html'] : [])], 'x'),
    ),
  bodies: fc
    .record({
      method: fc.constantFrom('POST /add/fuzz', 'PUT /api/v1/projects/fuzz', 'POST /login'),
      body: fc.oneof(like(['body']), fc.json().map(latin1), anyBytes(9000), wordy),
      kind: kinds,
    })
    .map(({ method, body, kind }) => {
      const [verb = '', path = ''] = method.split(' ');
      return wire(verb, path, [host, `Content-Type: ${kind}`], body);
    }),
  headers: fc.oneof(
    like(['header']),
    fc
      .record({ method: methods, path: fc.constantFrom(...paths), query, headers, body: wordy })
      .map(({ method, path, query: asked, headers: given, body }) =>
        wire(method, path + asked, [host, ...given.map((pair) => pair.join(': '))], body),
      ),
  ),
};

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
