import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** A request that arrived; status and bytes grow as it is answered. */
export interface RequestRecord {
  readonly method: string;
  /** As it was asked for, query included. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Null as long as no answer has begun. */
  readonly status: number | null;
  /** Bytes of the answer, head included, given to the connection so far. */
  readonly bytesSent: number;
  /** Resolves when nothing of it is left: it was answered or its connection is gone, and git's process with it. */
  readonly ended: Promise<unknown>;
}

/** Has a request answered, and records it. */
export function recordRequest(
  request: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<void>,
): RequestRecord {
  const { method = '', url = '', headers, socket } = request;
  const before = socket.bytesWritten;
  let after: number | undefined;
  const closed = async () => {
    await once(response, 'close');
    // The connection may carry further answers.
    after = socket.bytesWritten;
  };
  return {
    method,
    path: url,
    headers,
    get status() {
      return response.headersSent ? response.statusCode : null;
    },
    get bytesSent() {
      return (after ?? socket.bytesWritten) - before;
    },
    ended: Promise.allSettled([closed(), answer()]),
  };
}
