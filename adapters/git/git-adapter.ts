import { DomainError } from '../../domain/errors.ts';
import type { GitPort } from '../../domain/ports/git-port.ts';
import { createSemaphore } from '../../domain/concurrency/semaphore.ts';
import { readDifference } from './difference.ts';
import { readDetails } from './read-details.ts';
import { fetchMirror, type FetchTools } from './fetch.ts';
import { readCommits } from './read-log.ts';
import { createMaintenance } from './maintenance.ts';
import { createMirrorLocks } from './mirror-locks.ts';

/** How many commits are read at once, each by two gits, and how long one may take, in milliseconds. */
const maxConcurrentDetails = 2;
const detailsTimeoutMs = 10_000;

/** GitPort by git itself, in subprocesses. */
export function createGit(tools: FetchTools): GitPort {
  const { git, mirrors } = tools;
  const locks = createMirrorLocks();
  const details = createSemaphore({
    permits: maxConcurrentDetails,
    refusal: 'Too many commits are read at once; try again shortly.',
  });
  const buffered = { bytes: 0 };
  const withMirror = async <Result>(
    { url, signal }: { readonly url: string; readonly signal?: AbortSignal },
    work: () => Promise<Result>,
  ): Promise<Result> => {
    const release = await locks.acquireShared(url, signal);
    try {
      return await work();
    } finally {
      release();
    }
  };
  return {
    fetch: (request) => withMirror(request, () => fetchMirror(tools, request)),
    async *log({ url, tip, signal, range }) {
      const release = await locks.acquireShared(url, signal);
      try {
        yield* readCommits(git, {
          path: mirrors.path(url),
          tip,
          signal,
          options: range ? [`--skip=${range.skip}`, `--max-count=${range.limit}`] : [],
        });
      } finally {
        release();
      }
    },
    difference: ({ url, from, to, signal }) =>
      withMirror({ url, ...(signal && { signal }) }, () =>
        readDifference(git, { path: mirrors.path(url), from, to, signal, buffered }),
      ),
    details: ({ url, sha, signal }) =>
      withMirror({ url, ...(signal && { signal }) }, async () => {
        const release = await details.acquire(signal);
        const timeout = AbortSignal.timeout(detailsTimeoutMs);
        try {
          const either = AbortSignal.any([timeout, ...(signal ? [signal] : [])]);
          return await readDetails(git, { path: mirrors.path(url), sha, signal: either });
        } catch (error) {
          if (error !== timeout.reason) throw error;
          throw new DomainError('busy', 'Reading the commit took too long; try again shortly.');
        } finally {
          release();
        }
      }),
    maintain: createMaintenance(tools, locks),
    // Whoever replaces a mirror would otherwise bring it back.
    forget: (url) => withMirror({ url }, () => mirrors.remove(url)),
  };
}
