export { describeFailure, type Failure } from './contract/describe-failure.ts';
export { createFetchHandler, type FetchHandlerOptions } from './hosts/fetch/handler.ts';
export type { FetchClient } from './hosts/fetch/request.ts';
export { allowHosts, type AllowsHost } from './http/host-allowlist.ts';
export { createAccessGuard, type GateRules } from './contract/access-guard.ts';
export { handle } from './contract/run-handler.ts';
export {
  maxBodyBytes,
  type AccessGuard,
  type Client,
  type IncomingRequest,
  type RequestContext,
  type Handler,
  type Limits,
  type RawInput,
  type App,
} from './contract/handler.ts';
export type { CachePort, JobsPort, Ports, ServerStatus, StatusPort } from './contract/ports.ts';
export { problemOf, RefusedError, type Problem } from './contract/problems.ts';
export { problemReply } from './pages/problem.ts';
export type { CacheableReply, Page, Reply } from './contract/reply.ts';
export { endpoints, routes, unmatched } from './routes.ts';
