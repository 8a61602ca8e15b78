import { Readable } from 'node:stream';
import type { Request, ResponseObject, ResponseToolkit } from '@hapi/hapi';
import { noRoute } from './match-route.ts';
import { RefusedError } from './problems.ts';
import type { ReadyReply, Reply, UnreadyReply } from './reply.ts';
import { routes } from './routes.ts';

/** A reply as a response of hapi, with its headers. */
export async function toResponse(
  request: Request,
  h: ResponseToolkit,
  reply: UnreadyReply,
): Promise<ResponseObject> {
  const response = (await open(request, h, reply)).code(reply.status ?? 200);
  const { vary = '', ...headers } = reply.headers ?? {};
  for (const [name, value] of Object.entries(headers)) response.header(name, value);
  // One by one, since hapi adds what is missing of them.
  for (const name of vary.split(', ')) if (name !== '') response.vary(name);
  return response;
}

/** Whether hapi has nothing to do for a reply: no page to render, nothing to compress or to stream. */
export function isReady(reply: Reply): reply is ReadyReply {
  return reply.kind === 'bytes' || (reply.kind === 'empty' && reply.status === 304);
}

/**
 * Sends what is ready past hapi, which takes as long for it as all else together. Resolves when it has been sent, or the
 * client has left.
 * @param common what every answer carries besides
 */
export async function sendReady(
  { raw: { req, res } }: Request,
  reply: ReadyReply,
  common: Readonly<Record<string, string>>,
): Promise<void> {
  await endOfTurn();
  // Of a request that is followed by nonsense hapi has told so meanwhile.
  if (res.destroyed || res.headersSent) return;
  const sent = new Promise<void>((resolve) => void res.once('close', resolve));
  // A body that nobody reads would be waited for, and its end taken for the next request.
  const connection = req.complete ? {} : { connection: 'close' };
  const headers = { ...reply.headers, ...common, ...connection };
  if (reply.kind === 'empty') {
    res.writeHead(reply.status, headers).end();
  } else {
    const { type, bytes } = reply;
    const body = { 'content-type': type, 'content-length': bytes.length };
    res.writeHead(reply.status ?? 200, { ...body, ...headers }).end(bytes);
  }
  await sent;
}

let turn: Promise<void> | undefined;

/**
 * When all requests that had come have been looked at. Written together, their answers wake a client of many connections,
 * such as a proxy, once and not for each: that is a third of the time that a 304 takes. Where they are large, what sending
 * one does to the processor's caches no longer slows what is done for the next.
 */
function endOfTurn(): Promise<void> {
  // One for all: V8 keeps a chain of Immediates, and with them the requests, until its next full collection.
  turn ??= new Promise<void>((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
  return turn;
}

async function open(
  request: Request,
  h: ResponseToolkit,
  reply: UnreadyReply,
): Promise<ResponseObject> {
  switch (reply.kind) {
    case 'view':
      // Rendered here and not by hapi while it sends, so that a template's fault is answered like any other.
      return h.response(await request.render(reply.view, reply.context)).type('text/html');
    case 'empty':
      return h.response();
    case 'text':
      return h.response(reply.text).type(reply.type);
    case 'stream':
      return h.response(Readable.from(reply.chunks(), { objectMode: false })).type(reply.type);
  }
}

/** hapi's own refusals. What it calls too large is a 400 here, and a hidden file is none, nor one whose name is too long. */
export function translate(error: Boom, request: Request): Error {
  const status = error.output.statusCode;
  if ('code' in error && error.code === 'ENAMETOOLONG') return new RefusedError('no_such_page');
  if (status >= 500) return error;
  if (status === 413) return new RefusedError('body_too_large');
  if (status !== 404 && status !== 403) return new RefusedError('bad_request');
  return hasRoute(request) ? new RefusedError('no_such_page') : noRoute(request.path);
}

/** An error that hapi has made of whatever went wrong. */
export type Boom = Extract<Request['response'], Error>;

/** Whether one of ours matches; else hapi puts a route of its own in its place. */
export function hasRoute({ route }: Request): boolean {
  return routes.some(({ path }) => path === route.path);
}
