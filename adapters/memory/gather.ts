import type { Commit } from '../../domain/index.ts';

export type Commits = readonly Commit[];

/**
 * Makes one array of the batches. Equal texts are kept once: people commit often, and a parent, named by its child,
 * mostly comes later as a commit itself.
 */
export async function gather(batches: AsyncIterable<Commits>): Promise<Commits> {
  const authors = new Map<string, string>();
  const awaited = new Map<string, string>();
  const commits: Commit[] = [];
  for await (const batch of batches) {
    for (const commit of batch) {
      const sha = awaited.get(commit.sha) ?? commit.sha;
      awaited.delete(sha);
      commits.push({
        ...commit,
        author: once(authors, commit.author),
        sha,
        parents: commit.parents.map((parent) => once(awaited, parent)),
      });
    }
  }
  return commits;
}

/** The text of that spelling which came first. */
function once(known: Map<string, string>, text: string): string {
  const first = known.get(text);
  if (first !== undefined) return first;
  known.set(text, text);
  return text;
}
