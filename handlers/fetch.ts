import type { Ports } from '../domain/index.ts';
import { prefersHtml } from './accept.ts';
import { isCrossOriginWrite } from './cross-origin.ts';
import { describeFailure, type Failure } from './describe-failure.ts';
import { gzip } from './gzip.ts';
import { handle, type Call } from './handler.ts';
import { countedMethod, matchRoute } from './match-route.ts';
import { problemOf, problemReply, RefusedError } from './problems.ts';
import { unmatched } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { createPages, sendFile } from './view-files.ts';
import { readRequest } from './web-request.ts';
import { toResponse, whenSent } from './web-response.ts';

export interface FetchHandlerOptions {
  readonly ports: Ports;
  readonly limits: Omit<Call, 'signal'>;
  /** Is told what the log should say of a failure, and the X-Request-Id of its answer. */
  readonly failed: (failure: Failure, requestId: string) => void;
}

/** Serves the handlers on a function platform. It rejects where the client has left, and nobody waits for an answer. */
export function createFetchHandler(
  options: FetchHandlerOptions,
): (request: Request) => Promise<Response> {
  const { ports, limits, failed } = options;
  const render = createPages();
  return async (request) => {
    const { method, headers, signal } = request;
    const { pathname, host } = new URL(request.url);
    const [id, started] = [crypto.randomUUID(), performance.now()];
    let endpoint = unmatched;
    const answer = async () => {
      const route = matchRoute(method, pathname);
      endpoint = route?.endpoint ?? unmatched;
      const site = { ...Object.fromEntries(headers), host };
      if (isCrossOriginWrite(method, site)) throw new RefusedError('cross_origin');
      if (route === undefined) throw new RefusedError('no_such_page');
      if (route.handler === 'files') return sendFile(route.params['path'] ?? '', request);
      const input = await readRequest(request, route.params);
      return toResponse(await handle(route.handler, ports, input, { ...limits, signal }), render);
    };
    const refuse = (error: unknown) => {
      if (signal.aborted) throw error;
      const failure = describeFailure(error);
      if (failure !== undefined) failed(failure, id);
      const toBrowser = prefersHtml(headers.get('accept') ?? undefined);
      return toResponse(problemReply(problemOf(error), toBrowser), render);
    };
    const whole = await answer().catch(refuse);
    const response = gzip(request, method === 'HEAD' ? new Response(null, whole) : whole);
    const common = { ...securityHeaders, 'cache-control': 'no-cache', 'x-request-id': id };
    for (const [name, value] of Object.entries(common)) response.headers.set(name, value);
    return whenSent(response, () => {
      const seconds = (performance.now() - started) / 1000;
      const counted = countedMethod(method);
      ports.metrics.request({ method: counted, endpoint, status: response.status, seconds });
    });
  };
}
