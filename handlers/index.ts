export { describeFailure, type Failure } from './contract/describe-failure.ts';
export { createFetchHandler, type FetchHandlerOptions } from './hosts/fetch/handler.ts';
export type { FetchClient } from './hosts/fetch/request.ts';
export { allowHosts, type AllowsHost } from './http/host-allowlist.ts';
export {
  createAccessGuard,
  type AccessGuard,
  type GateRules,
  type Client,
  type IncomingRequest,
} from './contract/access-guard.ts';
export { handle } from './contract/run-handler.ts';
export {
  maxBodyBytes,
  type RequestContext,
  type Handler,
  type Limits,
  type RawInput,
  type App,
} from './contract/handler.ts';
export { problemOf, problemReply, RefusedError, type Problem } from './contract/problems.ts';
export type { AddForm, Page, CacheableReply, Reply, Views } from './contract/reply.ts';
export { endpoints, routes, unmatched } from './routes.ts';
