import { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Request } from '@hapi/hapi';
import { maxBodyBytes, type RawInput } from './handler.ts';
import { readHeaders } from './node-call.ts';
import { RefusedError } from './problems.ts';

/**
 * What a handler is given of a request of hapi.
 * @throws RefusedError `body_too_large`, `bad_request` for a body that breaks off
 */
export async function readRequest(request: Request): Promise<RawInput> {
  const { params, query, payload, info, raw } = request;
  const body = payload instanceof IncomingMessage ? await readBody(payload) : '';
  return { params, query, headers: readHeaders(raw.req), body, host: info.host };
}

/**
 * Reads a body to its end whatever its length, as hapi does where it knows that beforehand: a client that is still sending
 * when the connection is closed may never see the answer. The listener ends one that takes too long.
 */
async function readBody(payload: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  payload.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
  });
  await finished(payload, { writable: false }).catch(() => {
    throw new RefusedError('bad_request');
  });
  if (length > maxBodyBytes) throw new RefusedError('body_too_large');
  return Buffer.concat(chunks).toString();
}
