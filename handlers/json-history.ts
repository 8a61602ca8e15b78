import type { Commit, CommitPage } from '../domain/index.ts';

/** Making this many commits into text takes a few milliseconds at most. */
const sliceSize = 500;

/** `{name, url, commits: […]}` in slices, leaving the event loop to others after each. */
export async function* jsonHistory({ project, commits }: CommitPage): AsyncGenerator<string> {
  const { name, url } = project;
  yield `${JSON.stringify({ name, url }).slice(0, -1)},"commits":[`;
  for (let start = 0; start < commits.length; start += sliceSize) {
    if (start > 0) await new Promise((resolve) => void setImmediate(resolve));
    const texts = commits.slice(start, start + sliceSize).map(commitText);
    yield (start > 0 ? ',' : '') + texts.join(',');
  }
  yield ']}';
}

/** The four values that `git log` prints come first; the order is part of what clients rely on. */
function commitText(commit: Commit): string {
  const { hash, author, date, message, sha, authoredAt, committedAt, parents } = commit;
  return JSON.stringify({ hash, author, date, message, sha, authoredAt, committedAt, parents });
}
