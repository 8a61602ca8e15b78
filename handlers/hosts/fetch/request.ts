import { maxBodyBytes, type IncomingRequest, type RawInput } from '../../contract/handler.ts';
import { RefusedError } from '../../contract/problems.ts';

/**
 * What a handler is given of a WHATWG request.
 * @throws RefusedError `body_too_large`, having read no more of it than it takes to know
 */
export async function readRequest(request: Request, params: RawInput['params']): Promise<RawInput> {
  const { searchParams, host } = new URL(request.url);
  const header = (name: string) => request.headers.get(name) ?? undefined;
  const headers = {
    accept: header('accept'),
    'accept-encoding': header('accept-encoding'),
    'if-match': header('if-match'),
    'if-none-match': header('if-none-match'),
    prefer: header('prefer'),
    'last-event-id': header('last-event-id'),
  };
  return { params, query: readQuery(searchParams), headers, body: await readBody(request), host };
}

/** A name given more than once has a list, so that a handler that wants one value can refuse it. */
function readQuery(query: URLSearchParams): RawInput['query'] {
  const values = [...new Set(query.keys())].map((name) => [name, query.getAll(name)] as const);
  return Object.fromEntries(values.map(([name, all]) => [name, all.length > 1 ? all : all[0]]));
}

async function readBody(request: {
  readonly body: ReadableStream<Uint8Array> | null;
}): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new RefusedError('body_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Who sends a request, as far as the platform tells. */
export interface FetchClient {
  readonly address?: string;
}

/**
 * Who asks for what; `route` is the path of the route that matches, if one does. The host is that of the url: a platform may
 * have been asked under another name.
 * @throws RefusedError `bad_request` for two `Host` headers, which `Headers` joins
 */
export function visitorOf(
  { method, headers, url }: Request,
  route: string | undefined,
  { address }: FetchClient,
): IncomingRequest {
  if (headers.get('host')?.includes(',') === true) throw new RefusedError('bad_request');
  const { host, protocol } = new URL(url);
  const isSecure = protocol === 'https:';
  return { method, route, headers: { ...Object.fromEntries(headers), host }, address, isSecure };
}
