import type { LongReads } from '../../domain/concurrency/long-reads.ts';
import { findCommits } from '../../domain/history/find-commits.ts';
import { takeBatch } from '../../domain/history/page-bytes.ts';
import { pageTop } from '../../domain/history/page-start.ts';
import { isCursorStable, type SearchRows } from '../../domain/history/search-rows.ts';
import { readWholeHistory } from '../../domain/history/whole-history.ts';
import { maxPrefixMatches, type CommitStore } from '../../domain/index.ts';
import type { Commits } from './gather.ts';
import { searchRows } from './search.ts';
import { findProject, type Tables } from './tables.ts';

export function commitStore(tables: Tables, searches: LongReads): CommitStore {
  return {
    async commits(name, { from, limit }) {
      const found = findProject(tables, name);
      if (found === undefined) return undefined;
      const { project, stored } = found;
      if (stored === undefined) return { project, commits: [] };
      const top = pageTop(from, project, () => stored.reorders);
      if (top === 'moved') return 'moved';
      const start = stored.commits.length - top;
      return { project, commits: stored.commits.slice(start, start + limit) };
    },

    async search(name, query, signal) {
      return searches.run((next) => {
        const step: SearchRows = async ({ filter, from, limit }) => {
          const found = findProject(tables, name);
          if (found === undefined) return undefined;
          const { project, stored } = found;
          if (stored === undefined) return { project, hits: [], next: undefined };
          if (from !== undefined && !isCursorStable(from, filter, project, () => stored.reorders)) {
            return 'moved';
          }
          return { project, ...(await searchRows(stored.commits, { filter, from, limit }, next)) };
        };
        return findCommits(step, query, next);
      }, signal);
    },

    async commitsByPrefix(name, prefix) {
      const found = findProject(tables, name);
      if (found === undefined) return undefined;
      const commits = (found.stored?.commits ?? [])
        .filter(({ sha }) => sha.startsWith(prefix))
        .toSorted((a, b) => (a.sha < b.sha ? -1 : 1))
        .slice(0, maxPrefixMatches);
      return { project: found.project, commits };
    },

    async history(name) {
      const found = findProject(tables, name);
      if (found === undefined) return undefined;
      const { project, stored } = found;
      // They are never changed, so that they stay those of this moment.
      const commits: Commits = stored?.commits ?? [];
      return {
        project,
        commits: () =>
          readWholeHistory(project, async ({ skip }) => takeBatch(below(commits, skip))),
      };
    },
  };
}

function* below(commits: Commits, skip: number) {
  for (let index = skip; index < commits.length; index++) {
    const commit = commits[index];
    if (commit !== undefined) yield commit;
  }
}
