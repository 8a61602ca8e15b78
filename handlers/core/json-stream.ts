import type { Commit, Project } from '../../domain/index.ts';

/** `{name, url, commits: […]}` by the batch, leaving the event loop to others after each. */
export async function* jsonHistory(
  { name, url }: Pick<Project, 'name' | 'url'>,
  batches: AsyncIterable<readonly Commit[]>,
): AsyncGenerator<string> {
  yield `${JSON.stringify({ name, url }).slice(0, -1)},"commits":[`;
  let separator = '';
  for await (const commits of batches) {
    yield separator + commits.map((commit) => JSON.stringify(jsonCommit(commit))).join(',');
    separator = ',';
    await new Promise((resolve) => void setImmediate(resolve));
  }
  yield ']}';
}

/** The four values that `git log` prints come first; the order is part of what clients rely on. */
export function jsonCommit(commit: Commit): Commit {
  const { hash, author, date, message, sha, authoredAt, committedAt, parents } = commit;
  return { hash, author, date, message, sha, authoredAt, committedAt, parents };
}
