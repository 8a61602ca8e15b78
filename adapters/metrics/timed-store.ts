import type { StorePort } from '../../domain/index.ts';

/**
 * The same store, telling how long each call took, in seconds. Of a whole history only the finding counts: how long
 * reading takes is up to the reader. The names of operations are label values that dashboards select, so they stay as they
 * are where a method gets another name.
 */
export function timedStore(
  store: StorePort,
  took: (op: string, seconds: number) => void,
): StorePort {
  const timed = async <Result>(op: string, work: () => Promise<Result>) => {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      took(op, (performance.now() - begin) / 1000);
    }
  };
  return {
    projects: () => timed('projects', () => store.projects()),
    project: (name) => timed('project', () => store.project(name)),
    commits: (name, range) => timed('commits', () => store.commits(name, range)),
    search: (name, range, signal) => timed('search', () => store.search(name, range, signal)),
    commitsByPrefix: (name, prefix) =>
      timed('namesakes', () => store.commitsByPrefix(name, prefix)),
    commitCounts: (of, range, signal) =>
      timed('counts', () => store.commitCounts(of, range, signal)),
    authors: (of, limit, signal) => timed('authors', () => store.authors(of, limit, signal)),
    history: (name) => timed('history', () => store.history(name)),
    findHistory: (url) => timed('tracked', () => store.findHistory(url)),
    namesOf: (url) => timed('namesOf', () => store.namesOf(url)),
    due: (now) => timed('due', () => store.due(now)),
    saveHistory: (history, commits) =>
      timed('saveHistory', () => store.saveHistory(history, commits)),
    extendHistory: (history, from, difference) =>
      timed('extendHistory', () => store.extendHistory(history, from, difference)),
    touchHistory: (history) => timed('saveUnchanged', () => store.touchHistory(history)),
    saveProject: (request) => timed('saveProject', () => store.saveProject(request)),
    reserveProject: (request) => timed('reserveProject', () => store.reserveProject(request)),
    saveFailure: (attempt) => timed('saveFailure', () => store.saveFailure(attempt)),
    beginAttempt: (attempt) => timed('beginAttempt', () => store.beginAttempt(attempt)),
    dropAttempt: (url) => timed('dropAttempt', () => store.dropAttempt(url)),
    openAttempts: () => timed('openAttempts', () => store.openAttempts()),
    removeProject: (name) => timed('removeProject', () => store.removeProject(name)),
    dropHistory: (url) => timed('dropHistory', () => store.dropHistory(url)),
    rewrites: (name, range) => timed('rewrites', () => store.rewrites(name, range)),
    rewriteTo: (name, newTip) => timed('rewriteTo', () => store.rewriteTo(name, newTip)),
    lostCommits: (name, newTip, range) =>
      timed('lostCommits', () => store.lostCommits(name, newTip, range)),
    check: () => timed('check', () => store.check()),
    close: () => store.close(),
  };
}
