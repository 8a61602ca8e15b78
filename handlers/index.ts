export { describeFailure, type Failure } from './describe-failure.ts';
export { createFetchHandler, type FetchHandlerOptions } from './fetch.ts';
export type { FetchClient } from './web-request.ts';
export { allowHosts, type AllowsHost } from './allowed-hosts.ts';
export { createGate, type Gate, type GateRules, type Sender, type Visitor } from './gate.ts';
export { handle } from './handle.ts';
export {
  maxBodyBytes,
  type Call,
  type Handler,
  type Limits,
  type RawInput,
  type Site,
} from './handler.ts';
export { problemOf, problemReply, RefusedError, type Problem } from './problems.ts';
export type { AddForm, Page, RepeatableReply, Reply, Views } from './reply.ts';
export { endpoints, routes, unmatched } from './routes.ts';
