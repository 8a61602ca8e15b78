export { createFetchHandler, type FetchHandlerOptions } from './fetch.ts';
export { handle, maxBodyBytes, type Call, type Handler, type RawInput } from './handler.ts';
export { problemOf, problemReply, RefusedError, type Problem } from './problems.ts';
export type { CommitRow, Reply, Views } from './reply.ts';
export { endpoints, routes, unmatched } from './routes.ts';
