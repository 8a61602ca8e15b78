import type { GitPort } from '../../domain/ports.ts';
import { fetchMirror, type FetchTools } from './fetch.ts';
import { readCommits } from './read-log.ts';

/** GitPort by git itself, in subprocesses. */
export function createGit(tools: FetchTools): GitPort {
  return {
    fetch: (request) => fetchMirror(tools, request),
    log: ({ url, tip, signal }) =>
      readCommits(tools.git, { path: tools.mirrors.path(url), tip, signal }),
    forget: (url) => tools.mirrors.remove(url),
  };
}
