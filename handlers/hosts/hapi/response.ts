import { Readable } from 'node:stream';
import type { Request as HapiRequest, ResponseObject, ResponseToolkit } from '@hapi/hapi';
import { RefusedError } from '../../contract/problems.ts';
import type { HostReply } from '../../contract/reply.ts';

/** A reply as a response of hapi, with its headers. */
export async function toResponse(
  request: HapiRequest,
  h: ResponseToolkit,
  reply: HostReply,
): Promise<ResponseObject> {
  const response = (await open(request, h, reply)).code(reply.status ?? 200);
  const { vary = '', etag, ...headers } = reply.headers ?? {};
  for (const [name, value] of Object.entries(headers)) response.header(name, value);
  // What hapi encodes gets a tag of its own; what has been encoded already has one.
  if (etag !== undefined) {
    response.etag(etag.slice(1, -1), {
      weak: false,
      vary: headers['content-encoding'] === undefined,
    });
  }
  // One by one, since hapi adds what is missing of them.
  for (const name of vary.split(', ')) if (name !== '') response.vary(name);
  return response;
}

async function open(
  request: HapiRequest,
  h: ResponseToolkit,
  reply: HostReply,
): Promise<ResponseObject> {
  switch (reply.kind) {
    case 'view':
      // Rendered here and not by hapi while it sends, so that a template's fault is answered like any other.
      return h.response(await request.render(reply.view, reply.context)).type('text/html');
    case 'empty':
      return h.response();
    case 'text':
      return h.response(reply.text).type(reply.type);
    case 'stream': {
      // Node would take all of it and send nothing, not even the head before the end.
      const chunks = request.raw.req.method === 'HEAD' ? [] : reply.chunks();
      return h.response(Readable.from(chunks, { objectMode: false })).type(reply.type);
    }
  }
}

/**
 * hapi's own refusals. What it calls too large is a 400 here, and a hidden file is none, nor one whose name is too long.
 * @param notFound why there is nothing under the path
 */
export function translate(error: Boom, notFound: () => RefusedError): Error {
  const status = error.output.statusCode;
  if ('code' in error && error.code === 'ENAMETOOLONG') return new RefusedError('no_such_page');
  if (status >= 500) return error;
  if (status === 413) return new RefusedError('body_too_large');
  if (status !== 404 && status !== 403) return new RefusedError('bad_request');
  return notFound();
}

/** An error that hapi has made of whatever went wrong. */
export type Boom = Extract<HapiRequest['response'], Error>;
