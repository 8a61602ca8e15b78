import type { AnswersInFlight } from '../../contract/answers-in-flight.ts';
import type { RawReply, Reply } from '../../contract/reply.ts';
import { clientOf, type Exchange } from './access-log.ts';

/** Whether a host has nothing to do for a reply: no page to render, nothing to compress or to stream. */
export function isReady(reply: Reply): reply is RawReply {
  return reply.kind === 'bytes' || (reply.kind === 'empty' && reply.status === 304);
}

/**
 * Sends what is ready past hapi, which takes as long for it as all else together. Resolves when it has been sent, or the
 * client has left.
 * @param common what every answer carries besides
 */
export async function sendBytes(
  exchange: Exchange,
  reply: RawReply,
  common: Readonly<Record<string, string>>,
  inFlight: AnswersInFlight,
): Promise<void> {
  await coalesceWrites();
  // The client may have left, or hapi have told it meanwhile of the nonsense that came after its request.
  const { req, res } = exchange;
  if (exchange.answeredByHapi === true || res.headersSent || !req.socket.writable) return;
  const sent = new Promise<void>((resolve) => {
    res.on('close', resolve);
    // Before Node 24.16 an answer that waits behind another is not told that its connection has closed.
    req.on('aborted', resolve);
  });
  // A body that nobody reads would be waited for, and its end taken for the next request.
  const connection = req.complete ? {} : { connection: 'close' };
  const headers = { ...reply.headers, ...common, ...connection };
  let release: (() => void) | undefined;
  if (reply.kind === 'empty') {
    res.writeHead(reply.status, headers).end();
  } else {
    const { type, bytes, budget } = reply;
    const body = { 'content-type': type, 'content-length': bytes.length };
    res.writeHead(reply.status ?? 200, { ...body, ...headers }).end(bytes);
    // Where the system has taken all of it, nothing waits in the socket.
    if (res.writableLength > 0)
      release = inFlight.hold(budget, bytes.buffer, bytes.length, clientOf(exchange));
  }
  await sent;
  release?.();
}

let turn: Promise<void> | undefined;

/**
 * When all requests that had come have been looked at. Written together, their answers wake a client of many connections,
 * such as a proxy, once and not for each: that is a third of the time that a 304 takes. Where they are large, what sending
 * one does to the processor's caches no longer slows what is done for the next.
 */
function coalesceWrites(): Promise<void> {
  // One for all: V8 keeps a chain of Immediates, and with them the requests, until its next full collection.
  turn ??= new Promise<void>((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}
