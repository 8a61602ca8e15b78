import type { Commit } from '../commit.ts';

/** A page of commits ends with the one that reaches this many stored bytes: thousands of parents take megabytes. */
export const maxPageBytes = 1024 * 1024;

/** A batch of a whole history, likewise: making it into text takes a few milliseconds. */
const maxBatchBytes = 256 * 1024;

/** A batch of a whole history has at most so many commits: a reader who is slow has a few batches waiting. */
export const batchSize = 100;

/** About how many bytes what a commit says takes where it is kept, apart from what every commit has. */
export function storedBytes({ sha, parents, author, message }: Commit): number {
  return (parents.length * sha.length) / 2 + author.length + message.length;
}

/** How many of these commits fit on a page: as many as `limit` says, or fewer where they reach so many bytes. */
export function countWithinBytes(
  commits: Iterable<Commit>,
  limit: number,
  maxBytes: number,
): number {
  let count = 0;
  let bytes = 0;
  for (const commit of commits) {
    count++;
    bytes += storedBytes(commit);
    if (bytes >= maxBytes) return Math.min(count, limit);
  }
  return limit;
}

/** The first of these commits, as many as one batch of a whole history has; reads no further. */
export function takeBatch(commits: Iterable<Commit>): readonly Commit[] {
  const batch: Commit[] = [];
  let bytes = 0;
  for (const commit of commits) {
    batch.push(commit);
    bytes += storedBytes(commit);
    if (batch.length >= batchSize || bytes >= maxBatchBytes) break;
  }
  return batch;
}
