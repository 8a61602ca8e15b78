import type { GitPort } from '../../domain/git-port.ts';
import { readDifference } from './difference.ts';
import { readDetails } from './read-details.ts';
import { fetchMirror, type FetchTools } from './fetch.ts';
import { readCommits } from './read-log.ts';
import { createTending } from './tend.ts';

/** GitPort by git itself, in subprocesses. */
export function createGit(tools: FetchTools): GitPort {
  const { git, mirrors } = tools;
  return {
    fetch: (request) => fetchMirror(tools, request),
    log: ({ url, tip, signal, range }) =>
      readCommits(git, {
        path: mirrors.path(url),
        tip,
        signal,
        options: range ? [`--skip=${range.skip}`, `--max-count=${range.limit}`] : [],
      }),
    difference: ({ url, from, to, signal }) =>
      readDifference(git, { path: mirrors.path(url), from, to, signal }),
    details: ({ url, sha }) => readDetails(git, { path: mirrors.path(url), sha }),
    tend: createTending(tools),
    forget: (url) => mirrors.remove(url),
  };
}
