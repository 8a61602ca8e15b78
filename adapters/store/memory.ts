import type { Commit, History, Project, StorePort } from '../../domain/index.ts';

interface Kept extends History {
  readonly commits: readonly Commit[];
}

/**
 * Keeps everything in this process, gone when it ends. A history is an array that is replaced whole and never
 * changed, so whoever reads one keeps the moment it was read at.
 */
export function createMemoryStore(): StorePort {
  const histories = new Map<string, Kept>();
  const urls = new Map<string, string>();

  const named = (url: string) => [...urls.values()].includes(url);
  const find = (name: string) => {
    const url = urls.get(name);
    const kept = url === undefined ? undefined : histories.get(url);
    return kept && { project: describe(name, kept), commits: kept.commits };
  };

  return {
    async projects() {
      const found = [...urls.keys()].map((name) => find(name)?.project);
      return found.filter((project) => project !== undefined).toSorted(byName);
    },

    async project(name) {
      return find(name)?.project;
    },

    async commits(name, { skip, limit }) {
      const found = find(name);
      return found && { ...found, commits: found.commits.slice(skip, skip + limit) };
    },

    async saveHistory({ url, tip, defaultBranch }, batches) {
      const commits = await gather(batches);
      histories.set(url, { url, tip, defaultBranch, commits });
    },

    async saveProject({ name, url, maxProjects }) {
      const kept = histories.get(url);
      if (kept === undefined) return 'no_history';
      if (!urls.has(name) && urls.size >= maxProjects) return 'full';
      const before = urls.get(name);
      urls.set(name, url);
      return {
        project: describe(name, kept),
        replaced: before === url ? undefined : before,
      };
    },

    async removeProject(name) {
      const url = urls.get(name);
      urls.delete(name);
      return url;
    },

    async dropHistory(url) {
      if (named(url)) return false;
      histories.delete(url);
      return true;
    },
  };
}

function describe(name: string, { url, tip, defaultBranch, commits }: Kept): Project {
  return { name, url, commits: commits.length, tip, defaultBranch };
}

function byName(a: Project, b: Project): number {
  return a.name < b.name ? -1 : 1;
}

/**
 * Makes one array of the batches. Equal texts are kept once: people commit often, and a parent, named by its child,
 * mostly comes later as a commit itself.
 */
async function gather(batches: AsyncIterable<readonly Commit[]>): Promise<readonly Commit[]> {
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
