import type { History, Project, StorePort } from '../../domain/index.ts';
import { gather, type Commits } from './gather.ts';

interface Kept extends History {
  readonly commits: Commits;
  /** When fetching it failed since it was fetched, if it did. */
  readonly failedAt?: number;
}

/** Making this many commits into text takes a millisecond at most, and a reader who is slow has a few batches waiting. */
const batchSize = 100;

/**
 * Keeps everything in this process, gone when it ends. A history is an array that is replaced whole and never
 * changed, so whoever reads one keeps the moment it was read at.
 */
export function createMemoryStore(): StorePort {
  const urls = new Map<string, string>();
  const histories = new Map<string, Kept>();
  /** When the first fetch of a url that has no history yet failed. */
  const failures = new Map<string, number>();

  const named = (url: string) => [...urls.values()].includes(url);
  const find = (name: string) => {
    const url = urls.get(name);
    if (url === undefined) return undefined;
    const kept = histories.get(url);
    const project = kept ? describe(name, kept) : pending(name, url, failures.get(url));
    return { project, commits: kept?.commits ?? [] };
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

    async history(name) {
      const found = find(name);
      return found && { ...found, commits: () => inBatches(found.commits) };
    },

    async saveHistory(history, batches) {
      const commits = await gather(batches);
      histories.set(history.url, { ...history, commits });
      failures.delete(history.url);
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

    async reserveProject({ name, url, maxProjects }) {
      if (urls.has(name)) return 'taken';
      if (urls.size >= maxProjects) return 'full';
      urls.set(name, url);
      return 'reserved';
    },

    async saveFailure(url, failedAt) {
      const kept = histories.get(url);
      if (kept !== undefined) histories.set(url, { ...kept, failedAt });
      else if (named(url)) failures.set(url, failedAt);
    },

    async removeProject(name) {
      const url = urls.get(name);
      urls.delete(name);
      return url;
    },

    async dropHistory(url) {
      if (named(url)) return false;
      histories.delete(url);
      failures.delete(url);
      return true;
    },
  };
}

function describe(name: string, kept: Kept): Project {
  const { url, tip, defaultBranch, commits, fetchedAt, failedAt } = kept;
  return {
    name,
    url,
    state: failedAt === undefined ? 'up' : 'failing',
    commits: commits.length,
    tip,
    defaultBranch,
    tipCommittedAt: commits[0]?.committedAt ?? null,
    lastAttemptAt: failedAt ?? fetchedAt,
    lastSuccessAt: fetchedAt,
  };
}

function pending(name: string, url: string, failedAt: number | undefined): Project {
  return {
    name,
    url,
    state: 'pending',
    commits: 0,
    tip: null,
    defaultBranch: null,
    tipCommittedAt: null,
    lastAttemptAt: failedAt ?? null,
    lastSuccessAt: null,
  };
}

function byName(a: Project, b: Project): number {
  return a.name < b.name ? -1 : 1;
}

async function* inBatches(commits: Commits): AsyncGenerator<Commits> {
  for (let start = 0; start < commits.length; start += batchSize) {
    yield commits.slice(start, start + batchSize);
  }
}
