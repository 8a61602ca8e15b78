import type { GitPort } from '../../domain/git-port.ts';
import { readDifference } from './difference.ts';
import { readDetails } from './read-details.ts';
import { fetchMirror, type FetchTools } from './fetch.ts';
import { readCommits } from './read-log.ts';
import { createTending } from './tend.ts';
import { createUses } from './uses.ts';

/** GitPort by git itself, in subprocesses. */
export function createGit(tools: FetchTools): GitPort {
  const { git, mirrors } = tools;
  const uses = createUses();
  const using = async <Result>(
    { url, signal }: { readonly url: string; readonly signal?: AbortSignal },
    work: () => Promise<Result>,
  ): Promise<Result> => {
    const leave = await uses.enter(url, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  };
  return {
    fetch: (request) => using(request, () => fetchMirror(tools, request)),
    async *log({ url, tip, signal, range }) {
      const leave = await uses.enter(url, signal);
      try {
        yield* readCommits(git, {
          path: mirrors.path(url),
          tip,
          signal,
          options: range ? [`--skip=${range.skip}`, `--max-count=${range.limit}`] : [],
        });
      } finally {
        leave();
      }
    },
    difference: ({ url, from, to, signal }) =>
      using({ url, ...(signal && { signal }) }, () =>
        readDifference(git, { path: mirrors.path(url), from, to, signal }),
      ),
    details: ({ url, sha }) =>
      using({ url }, () => readDetails(git, { path: mirrors.path(url), sha })),
    tend: createTending(tools, uses),
    // Whoever replaces a mirror would otherwise bring it back.
    forget: (url) => using({ url }, () => mirrors.remove(url)),
  };
}
