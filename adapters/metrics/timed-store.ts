import type { StorePort } from '../../domain/index.ts';

/**
 * The same store, telling how long each call took, in seconds. Of a whole history only the finding counts: how long
 * reading takes is up to the reader.
 */
export function timedStore(
  store: StorePort,
  took: (op: string, seconds: number) => void,
): StorePort {
  const timed = async <Result>(op: keyof StorePort, work: () => Promise<Result>) => {
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
    namesakes: (name, prefix) => timed('namesakes', () => store.namesakes(name, prefix)),
    counts: (of, range, signal) => timed('counts', () => store.counts(of, range, signal)),
    authors: (of, limit, signal) => timed('authors', () => store.authors(of, limit, signal)),
    history: (name) => timed('history', () => store.history(name)),
    tracked: (url) => timed('tracked', () => store.tracked(url)),
    namesOf: (url) => timed('namesOf', () => store.namesOf(url)),
    due: (now) => timed('due', () => store.due(now)),
    saveHistory: (history, commits) =>
      timed('saveHistory', () => store.saveHistory(history, commits)),
    extendHistory: (history, from, difference) =>
      timed('extendHistory', () => store.extendHistory(history, from, difference)),
    saveUnchanged: (history) => timed('saveUnchanged', () => store.saveUnchanged(history)),
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
