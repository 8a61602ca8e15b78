import { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Request as HapiRequest } from '@hapi/hapi';
import { maxBodyBytes, type RawInput } from '../../contract/handler.ts';
import { readHeaders } from './request-context.ts';
import { RefusedError } from '../../contract/problems.ts';

/** How much of a body that is too long is taken, in bytes. */
const mostTaken = 16 * 1024 ** 2;

/**
 * What a handler is given of a request of hapi.
 * @param over aborts when the body is not waited for any longer
 * @throws RefusedError `body_too_large`, `bad_request` for a body that breaks off, and the reason of `over`
 */
export async function readRequest(request: HapiRequest, over: AbortSignal): Promise<RawInput> {
  const { params, query, payload, info, raw } = request;
  const body = payload instanceof IncomingMessage ? await readBody(payload, over) : '';
  return { params, query, headers: readHeaders(raw.req), body, host: info.host };
}

/**
 * Reads a body, and much more of it than is allowed: a client that is still sending when the connection is closed may never see
 * the answer. The listener ends one that takes too long.
 */
async function readBody(payload: IncomingMessage, over: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const enough = new AbortController();
  payload.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
    if (length > mostTaken) enough.abort();
  });
  const signal = AbortSignal.any([over, enough.signal]);
  await finished(payload, { writable: false, signal }).catch(() => {
    over.throwIfAborted();
    if (!enough.signal.aborted) throw new RefusedError('bad_request');
  });
  if (length > maxBodyBytes) throw new RefusedError('body_too_large');
  return Buffer.concat(chunks).toString();
}
