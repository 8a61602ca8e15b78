import type { Page, Reply } from './reply.ts';

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
