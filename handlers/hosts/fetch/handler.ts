import { ofSource } from '../../../domain/index.ts';
import { prefersHtml } from '../../http/accept.ts';
import { createAccessGuard } from '../../contract/access-guard.ts';
import { gzip } from './compress.ts';
import { handle } from '../../contract/run-handler.ts';
import type { Limits, App } from '../../contract/handler.ts';
import { countedMethod, matchRoute, noRoute } from '../router.ts';
import { problemReply } from '../../pages/problem.ts';
import type { Reply } from '../../contract/reply.ts';
import { unmatched } from '../../routes.ts';
import { createPages, sendFile } from './templates.ts';
import { readRequest, visitorOf, type FetchClient } from './request.ts';
import { finish, toResponse, whenSent } from './response.ts';

export interface FetchHandlerOptions extends App {
  readonly limits: Limits;
  /** Is told the cause of an answer, for the log (see {@link describeFailure}), and its X-Request-Id. */
  readonly failed: (cause: unknown, requestId: string) => void;
}

/** Serves the handlers on a function platform. It rejects where the client has left, and nobody waits for an answer. */
export function createFetchHandler(
  options: FetchHandlerOptions,
): (request: Request, client?: FetchClient) => Promise<Response> {
  const { ports, limits, failed, gate = createAccessGuard() } = options;
  const { openSession, closeSession, version } = options;
  const site = { ...options, render: createPages() };
  return async (request, client = {}) => {
    const { method, headers, signal } = request;
    const { pathname } = new URL(request.url);
    const [id, started] = [crypto.randomUUID(), performance.now()];
    let endpoint = unmatched;
    const respond = (reply: Reply) => {
      if (reply.cause !== undefined) failed(reply.cause, id);
      return toResponse(reply, site.render);
    };
    const answer = async () => {
      const route = matchRoute(method, pathname);
      endpoint = route?.endpoint ?? unmatched;
      const sender = await gate(visitorOf(request, route?.path, client));
      if (route === undefined) throw noRoute(pathname);
      if (route.handler === 'files') return sendFile(route.params['path'] ?? '', request);
      const input = await readRequest(request, route.params);
      const whose = { sender, signal: ofSource(signal, sender.source) };
      const call = { ...limits, version, openSession, closeSession, ...whose };
      return respond(await handle(route.handler, site, input, call));
    };
    const refuse = (error: unknown) => {
      if (signal.aborted) throw error;
      const prefersPage = prefersHtml(headers.get('accept') ?? undefined);
      return respond(problemReply(error, { path: pathname, prefersPage, id }));
    };
    const whole = await answer().catch(refuse);
    const bare = method === 'HEAD' ? new Response(null, whole) : whole;
    const response = finish(gzip(request, bare), request, { id, origins: options.origins });
    return whenSent(response, () => {
      const [status, seconds] = [response.status, (performance.now() - started) / 1000];
      ports.metrics.request({ method: countedMethod(method), endpoint, status, seconds });
    });
  };
}
