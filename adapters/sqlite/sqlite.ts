import { createReadLimits, type ReadLimits } from '../../domain/concurrency/long-reads.ts';
import { countByAuthor } from '../../domain/history/count-by-author.ts';
import { countByDate } from '../../domain/history/count-by-date.ts';
import { findCommits } from '../../domain/history/find-commits.ts';
import { readWholeHistory } from '../../domain/history/whole-history.ts';
import type { Project, StorePort } from '../../domain/index.ts';
import { connect } from './connections.ts';
import type { AuthorKey } from './count-by-author.ts';
import type { DateKey } from './count-by-date.ts';
import type { WriterCalls } from './writer-calls.ts';

export interface SqliteOptions {
  /** Of the reads that take many steps; two at once unless given. */
  readonly limits?: ReadLimits;
  /** How long a write may take until it is given up, from when it was asked for, in milliseconds; 30,000 unless given. */
  readonly timeoutMs?: number;
  /** Is told what else somebody should know. */
  readonly warn?: (message: string) => void;
}

/**
 * Keeps everything in an SQLite database: reads on this thread, which take less than a few milliseconds each, and
 * writes on another one. What has been saved survives whatever happens to this process or the machine.
 * @param file is made where it is missing; on a full disk it is read alone, until there is room
 * @throws UnusableDatabase
 */
export function openSqliteStore(file: string, options: SqliteOptions = {}): StorePort {
  const { limits = createReadLimits(2), warn = () => {}, timeoutMs = 30_000 } = options;
  // Nearly every request asks for a project, and only a write changes one: before anybody here hears of it.
  const projects = new Map<string, Project>();
  let writing = 0;
  const connections = connect(file, { timeoutMs, warn, wroteLate: () => projects.clear() });
  const { read, writer } = connections;
  const write: WriterCalls['call'] = (...call) => {
    projects.clear();
    writing++;
    return writer()
      .then((thread) => thread.call(...call))
      .finally(() => writing--);
  };
  const findProject = async (name: string): Promise<Project | undefined> => {
    const project = projects.get(name) ?? (await read((from) => from.project(name)));
    if (project !== undefined && writing === 0) projects.set(name, project);
    return project;
  };
  let checking: Promise<void> | undefined;

  return {
    projects: () => read((from) => from.projects()),
    project: findProject,
    commits: (name, range) => read((from) => from.commits(name, range)),
    search: (name, range, signal) =>
      limits.searches.run(
        (next) => findCommits((query) => read((from) => from.searchStep(name, query)), range, next),
        signal,
      ),
    commitsByPrefix: (name, prefix) => read((from) => from.commitsByPrefix(name, prefix)),
    commitCounts: (of, range, signal) =>
      limits.counts.run(
        (next) =>
          countByDate<DateKey>((after) => read((from) => from.countStep(of, range, after)), next),
        signal,
      ),
    authors: (of, limit, signal) =>
      limits.counts.run(
        (next) =>
          countByAuthor<AuthorKey>(
            limit,
            (after) => read((from) => from.authorsStep(of, after)),
            next,
          ),
        signal,
      ),
    async history(name) {
      const project = await findProject(name);
      if (project === undefined) return undefined;
      const { url } = project;
      const commits = () =>
        readWholeHistory(project, (place) => read((from) => from.batchBelow(url, place)));
      return { project, commits };
    },
    findHistory: (url) => read((from) => from.findHistory(url)),
    namesOf: (url) => read((from) => from.namesOf(url)),
    due: (now) => read((from) => from.due(now)),
    rewrites: (name, range) => read((from) => from.rewrites(name, range)),
    rewriteTo: (name, newTip) => read((from) => from.rewriteTo(name, newTip)),
    lostCommits: (name, newTip) => read((from) => from.lostCommits(name, newTip)),

    async saveHistory(history, batches) {
      const id = await write('begin');
      try {
        let taken = 0;
        for await (const commits of batches) {
          await write('append', id, taken, commits);
          taken += commits.length;
        }
        return await write('publish', id, taken, history);
      } catch (error) {
        // Where that fails too, the next start removes it. Where nothing is answered, nobody waits for that as well.
        void write('discard', id).catch(() => {});
        throw error;
      }
    },

    extendHistory: (history, from, difference) => write('extend', history, from, difference),
    touchHistory: (history) => write('touchHistory', history),
    saveFailure: (attempt) => write('saveFailure', attempt),

    async beginAttempt(attempt) {
      const { url } = attempt;
      const tracked = await read((from) => ({
        names: from.namesOf(url),
        facts: from.findHistory(url),
      }));
      // No project looks different for it, so that what is known of them stays.
      await (await writer()).call('beginAttempt', attempt);
      return tracked;
    },

    dropAttempt: async (url) => (await writer()).call('dropAttempt', url),
    openAttempts: () => read((from) => from.openAttempts()),

    async saveProject(request) {
      const named = await write('name', { ...request, how: 'with_history' });
      if (named === 'full' || named === 'no_history') return named;
      const project = await findProject(request.name);
      if (project?.url !== request.url || named === 'taken') return 'no_history';
      return { project, replaced: named.before === request.url ? undefined : named.before };
    },

    async reserveProject(request) {
      const named = await write('name', { ...request, how: 'reserve' });
      return named === 'full' || named === 'taken' ? named : 'reserved';
    },

    removeProject: (name) => write('removeProject', name),

    async dropHistory(url) {
      // Mostly it is named, and even an empty transaction of the writer waits for its turn.
      const names = await read((from) => from.namesOf(url));
      return names.length === 0 && (await write('dropUrl', url));
    },

    async check() {
      // However many ask at once, the disk is asked once.
      checking ??= write('check').finally(() => (checking = undefined));
      await checking;
      await read((from) => from.project('check'));
    },

    close: () => connections.close(),
  };
}
