import { request, type Agent } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';

export type Headers = Readonly<Record<string, string>>;

interface Asking {
  readonly headers?: Headers;
  readonly agent?: Agent;
}

export interface RawAnswer {
  readonly status: number;
  /** Name and value of each, without those that belong to the connection. */
  readonly headers: Headers;
  /** Still encoded. */
  readonly body: Buffer;
}

const ofConnection = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);

/** Asks for a url and takes the answer as it comes, which `fetch` would decode. */
export async function rawGet(
  url: string,
  { headers = {}, agent }: Asking = {},
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  request(url, { headers, ...(agent && { agent }) }, (response) => {
    const kept = Object.entries(response.headers).filter(([name]) => !ofConnection.has(name));
    const head = {
      status: response.statusCode ?? 0,
      headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
    };
    buffer(response).then((body) => resolve({ ...head, body }), reject);
  })
    .on('error', reject)
    .end();
  return promise;
}

/** Asks for a url, and throws away what comes as it comes, which takes the least of the one who asks. */
export async function drain(url: string, { headers = {}, agent }: Asking = {}): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request(url, { headers, ...(agent && { agent }) }, (response) => {
    finished(response.resume()).then(resolve, reject);
  })
    .on('error', reject)
    .end();
  await promise;
}
