import type { Origins } from '../../http/cors.ts';
import type { Page, Reply } from '../../contract/reply.ts';
import { commonHeaders } from '../../http/security-headers.ts';

/** A reply as a WHATWG response; what is streamed is made no faster than it is read. */
export function toResponse(reply: Reply, render: (page: Page) => string): Response {
  const head = { status: reply.status ?? 200, headers: { ...reply.headers } };
  if (reply.kind === 'empty') return new Response(null, head);
  const type = reply.kind === 'view' ? 'text/html' : reply.type;
  const isBare = type.startsWith('text/') && !type.includes('charset=');
  const headers = { ...head.headers, 'content-type': isBare ? `${type}; charset=utf-8` : type };
  return new Response(open(reply, render), { ...head, headers });
}

function open(
  reply: Exclude<Reply, { kind: 'empty' }>,
  render: (page: Page) => string,
): ConstructorParameters<typeof Response>[0] {
  switch (reply.kind) {
    case 'view':
      return render(reply);
    case 'text':
      return reply.text;
    case 'bytes':
      return reply.bytes;
    case 'stream':
      return ReadableStream.from(reply.chunks());
  }
}

/** Gives a response the headers that every answer carries, whatever it is. */
export function finish(
  response: Response,
  request: Request,
  { id, origins }: { readonly id: string; readonly origins: Origins | undefined },
): Response {
  if (origins !== undefined) response.headers.append('vary', 'origin');
  const common = commonHeaders(id, origins, request.headers.get('origin') ?? undefined);
  for (const [name, value] of Object.entries(common)) response.headers.set(name, value);
  return response;
}

/** The same response, telling when its body has been read to the end or given up. */
export function whenSent(response: Response, done: () => void): Response {
  const { body, status, headers } = response;
  if (body !== null) {
    return new Response(ReadableStream.from(watch(body, done)), { status, headers });
  }
  done();
  return response;
}

async function* watch(body: ReadableStream, done: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    done();
  }
}
