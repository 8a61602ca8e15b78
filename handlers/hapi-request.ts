import type { Request } from '@hapi/hapi';
import { maxBodyBytes, type RawInput } from './handler.ts';
import { readHeaders } from './node-call.ts';
import { RefusedError } from './problems.ts';

/**
 * What a handler is given of a request of hapi.
 * @throws RefusedError `body_too_large`
 */
export function readRequest({ params, query, payload, info, raw }: Request): RawInput {
  const body = Buffer.isBuffer(payload) ? payload : Buffer.alloc(0);
  if (body.length > maxBodyBytes) throw new RefusedError('body_too_large');
  const headers = readHeaders(raw.req);
  return { params, query, headers, body: body.toString(), host: info.host };
}
