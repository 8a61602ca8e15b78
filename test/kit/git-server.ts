import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Certificate } from './certificates.ts';
import { serve, type Answer, type Exchange } from './git-backend.ts';
import { faults } from './git-faults.ts';
import { recordRequest, type RequestRecord } from './request-record.ts';

export interface GitServer {
  /** `http://127.0.0.1:1234` */
  readonly origin: string;
  /** What is done for each first path segment, {@link faults} at first; all other paths are served by git. */
  readonly answers: Map<string, Answer>;
  /** In the order of their arrival. */
  readonly requests: readonly RequestRecord[];
  /** The first request that arrives from now on. */
  readonly nextRequest: () => Promise<RequestRecord>;
  /**
   * Ends every connection and every process. Fails where an answer goes on for so long without its connection, in
   * milliseconds: a test that failed may have kept it back for good.
   */
  readonly close: (patience?: number) => Promise<void>;
}

/**
 * Starts a real git server over smart HTTP on a free port of 127.0.0.1, for the bare repositories below `root`:
 * `${origin}/x.git` is served as it is, `${origin}/hang/x.git` with the fault of that name.
 * With a certificate it speaks https.
 */
export async function startGitServer(root: string, certificate?: Certificate): Promise<GitServer> {
  const answers = new Map(Object.entries(faults));
  const requests: RequestRecord[] = [];
  let arrival = Promise.withResolvers<RequestRecord>();

  const listener: RequestListener = (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://server.invalid');
    const [, segment = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(pathname) ?? [];
    const special = answers.get(segment);
    const path = special ? rest : pathname;
    const exchange = { request, response, root, path, query: search.slice(1) };
    const record = recordRequest(request, response, () => answer(special ?? serve(), exchange));
    requests.push(record);
    arrival.resolve(record);
    arrival = Promise.withResolvers();
  };

  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');

  return {
    origin: `${certificate ? 'https' : 'http'}://127.0.0.1:${address.port}`,
    answers,
    requests,
    nextRequest: () => arrival.promise,
    close: async (patience = 30_000) => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      const ended = Promise.all(requests.map((request) => request.ended));
      const late = once(AbortSignal.timeout(patience), 'abort');
      if ((await Promise.race([ended, late.then(() => 'late')])) === 'late')
        throw new Error("An answer of the test's git server does not end without its connection");
    },
  };
}

async function answer(how: Answer, exchange: Exchange): Promise<void> {
  const { response } = exchange;
  try {
    await how(exchange);
  } catch (error) {
    // What was begun cannot be taken back; what was not must not look like git's own answer.
    if (response.headersSent || response.destroyed) response.destroy();
    else response.writeHead(500).end(`The test's git server failed: ${String(error)}`);
  }
}
