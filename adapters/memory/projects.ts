import type { ProjectStore } from '../../domain/index.ts';
import { toFacts } from './stored-history.ts';
import { factsOf, findProject, namesOf, type Tables } from './tables.ts';

export function projectStore(tables: Tables): ProjectStore {
  const { projects, histories } = tables;
  return {
    async projects() {
      const all = [...projects.keys()].flatMap((name) => findProject(tables, name)?.project ?? []);
      return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },

    async project(name) {
      return findProject(tables, name)?.project;
    },

    async namesOf(url) {
      return namesOf(tables, url);
    },

    async due(now) {
      const urls = new Set([...projects.values()].map(({ url }) => url));
      return [...urls]
        .map((url) => ({ url, facts: factsOf(tables, url) }))
        .filter(({ facts }) => facts.nextRefreshAt <= now || (facts.lastAttemptAt ?? now) > now)
        .map(({ url, facts }) => ({ url, dueAt: facts.nextRefreshAt }))
        .toSorted((a, b) => a.dueAt - b.dueAt);
    },

    async saveProject({ name, url, maxProjects, at }) {
      const stored = histories.get(url);
      if (stored === undefined) return 'no_history';
      const before = projects.get(name);
      if (before === undefined && projects.size >= maxProjects) return 'full';
      const addedAt = before === undefined ? (at ?? null) : before.addedAt;
      projects.set(name, { url, addedAt });
      return {
        project: { name, addedAt, ...toFacts(stored) },
        replaced: before?.url === url ? undefined : before?.url,
      };
    },

    async reserveProject({ name, url, maxProjects, at }) {
      if (projects.has(name)) return 'taken';
      if (projects.size >= maxProjects) return 'full';
      projects.set(name, { url, addedAt: at ?? null });
      return 'reserved';
    },

    async removeProject(name) {
      const url = projects.get(name)?.url;
      projects.delete(name);
      return url;
    },
  };
}
