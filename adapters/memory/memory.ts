import {
  historyMoved,
  type OpenAttempt,
  type Place,
  type Rewrite,
  type StorePort,
  type Version,
} from '../../domain/index.ts';
import { isMeasuredLately } from '../../domain/activity.ts';
import { createReadLimits, type ReadLimits } from '../../domain/long-reads.ts';
import {
  countTogether,
  isByDate,
  mostBatchBytes,
  mostPageBytes,
} from '../../domain/find-commits.ts';
import { holdsStill } from '../../domain/moves.ts';
import { extendBy, replaceBy } from './change.ts';
import { gather, type Commits } from './gather.ts';
import { countAuthors, countCommits } from './count.ts';
import { lookUp, searchCommits } from './search.ts';
import { activityOf, describe, pending, type Failed, type Kept } from './kept.ts';

/** Making this many into text takes a millisecond or two, and a reader who is slow has a few batches waiting. */
const batchSize = 100;

/**
 * Keeps everything in this process, gone when it ends.
 * @param limits of the reads that take many steps; two at once unless given
 */
export function createMemoryStore(limits: ReadLimits = createReadLimits(2)): StorePort {
  const urls = new Map<string, string>();
  const added = new Map<string, number | null>();
  const histories = new Map<string, Kept>();
  /** Of urls that have no history yet. */
  const failures = new Map<string, Failed>();

  const attempts = new Map<string, OpenAttempt>();

  const named = (url: string) => [...urls.values()].includes(url);
  const factsOf = (url: string) => {
    const kept = histories.get(url);
    return kept ? describe(kept) : pending(url, failures.get(url));
  };
  const find = (name: string) => {
    const url = urls.get(name);
    if (url === undefined) return undefined;
    return {
      project: { name, addedAt: added.get(name) ?? null, ...factsOf(url) },
      kept: histories.get(url),
    };
  };
  const commitsOf = ({ url, tip, commits }: Version): Commits => {
    const kept = histories.get(url);
    if (kept?.tip !== tip || kept.commits.length !== commits) throw historyMoved();
    return kept.commits;
  };
  const put = (kept: Kept) => {
    histories.set(kept.url, kept);
    failures.delete(kept.url);
    attempts.delete(kept.url);
  };

  return {
    async projects() {
      const found = [...urls.keys()].flatMap((name) => find(name)?.project ?? []);
      return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },

    async project(name) {
      return find(name)?.project;
    },

    async commits(name, { from, limit }) {
      const found = find(name);
      if (found === undefined) return undefined;
      const { project, kept } = found;
      if (kept === undefined) return { project, commits: [] };
      if (from !== undefined && !holdsStill(from, project, kept.moves)) return 'moved';
      const start = from === undefined ? 0 : rowOf(from, kept.commits);
      return { project, commits: kept.commits.slice(start, start + limit) };
    },

    async search(name, query, signal) {
      const found = find(name);
      if (found === undefined) return undefined;
      const { project, kept } = found;
      if (kept === undefined || project.tip === null) {
        return { project, commits: [], first: null, next: null, previous: null };
      }
      const { filter, from } = query;
      if (from !== undefined) {
        const isBelow = from.side === 'after' && !isByDate(filter);
        const skip = isBelow ? from.commits - from.position - 1 : 0;
        if (!holdsStill({ ...from, skip }, project, kept.moves)) return 'moved';
      }
      const { commits } = kept;
      const { tip } = project;
      const look = (next: () => Promise<void>) => searchCommits(commits, tip, query, next);
      return { project, ...(await limits.searches.run(look, signal)) };
    },

    async namesakes(name, prefix) {
      const found = find(name);
      if (found === undefined) return undefined;
      return { project: found.project, commits: lookUp(found.kept?.commits ?? [], prefix) };
    },

    async counts(of, range, signal) {
      const commits = commitsOf(of);
      return limits.counts.run((next) => countCommits(commits, range, next), signal);
    },

    async authors(of, limit, signal) {
      const commits = commitsOf(of);
      return limits.counts.run((next) => countAuthors(commits, limit, next), signal);
    },

    async history(name) {
      const found = find(name);
      const commits = found?.kept?.commits ?? [];
      return found && { project: found.project, commits: () => inBatches(commits) };
    },

    async tracked(url) {
      return histories.has(url) || failures.has(url) ? factsOf(url) : undefined;
    },

    async namesOf(url) {
      return [...urls].flatMap(([name, other]) => (other === url ? [name] : [])).toSorted();
    },

    async due(now) {
      const all = new Set(urls.values());
      return [...all]
        .map((url) => ({ url, facts: factsOf(url) }))
        .filter(({ facts }) => facts.nextRefreshAt <= now || (facts.lastAttemptAt ?? now) > now)
        .map(({ url, facts }) => ({ url, dueAt: facts.nextRefreshAt }))
        .toSorted((a, b) => a.dueAt - b.dueAt);
    },

    async saveHistory(history, batches) {
      const commits = await gather(batches);
      const { kept, change } = replaceBy(histories.get(history.url), history, commits);
      put(kept);
      return change;
    },

    async extendHistory(history, from, difference) {
      const before = histories.get(history.url);
      if (before?.tip !== from) return 'too_different';
      const extended = extendBy(before, history, difference);
      if (extended === undefined) return 'too_different';
      put(extended.kept);
      return extended.change;
    },

    async saveUnchanged(history) {
      const before = histories.get(history.url);
      attempts.delete(history.url);
      if (before?.tip !== history.tip) return;
      const activity = isMeasuredLately(before.at, history.at)
        ? before.activity
        : activityOf(before.commits, history.at);
      put({ ...before, ...history, activity, failed: undefined });
    },

    async saveProject({ name, url, maxProjects, at }) {
      const kept = histories.get(url);
      if (kept === undefined) return 'no_history';
      if (!urls.has(name) && urls.size >= maxProjects) return 'full';
      const before = urls.get(name);
      if (before === undefined) added.set(name, at ?? null);
      urls.set(name, url);
      return {
        project: { name, addedAt: added.get(name) ?? null, ...describe(kept) },
        replaced: before === url ? undefined : before,
      };
    },

    async reserveProject({ name, url, maxProjects, at }) {
      if (urls.has(name)) return 'taken';
      if (urls.size >= maxProjects) return 'full';
      urls.set(name, url);
      added.set(name, at ?? null);
      return 'reserved';
    },

    async beginAttempt({ url, at }) {
      attempts.set(url, { url, at, times: (attempts.get(url)?.times ?? 0) + 1 });
    },

    async dropAttempt(url) {
      attempts.delete(url);
    },

    async openAttempts() {
      return [...attempts.values()].toSorted((a, b) => (a.url < b.url ? -1 : 1));
    },

    async saveFailure(attempt) {
      attempts.delete(attempt.url);
      if (!named(attempt.url)) return;
      const failed = { ...attempt, failures: factsOf(attempt.url).failures + 1 };
      const kept = histories.get(attempt.url);
      if (kept === undefined) failures.set(attempt.url, failed);
      else histories.set(attempt.url, { ...kept, failed });
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
      attempts.delete(url);
      return true;
    },

    async rewrites(name, { rest, limit }) {
      const all = find(name)?.kept?.rewrites ?? [];
      const skip = Math.max(0, all.length - (rest ?? all.length));
      return { total: all.length, rewrites: all.slice(skip, skip + limit).map(withoutCommits) };
    },

    async rewriteTo(name, newTip) {
      const rewrite = find(name)?.kept?.rewrites.find((other) => other.newTip === newTip);
      return rewrite && withoutCommits(rewrite);
    },

    async lostCommits(name, newTip, { start, limit }) {
      const rewrite = find(name)?.kept?.rewrites.find((other) => other.newTip === newTip);
      if (rewrite === undefined) return undefined;
      const { commits } = rewrite;
      const some = commits.slice(start, start + limit);
      return {
        rewrite: withoutCommits(rewrite),
        total: commits.length,
        commits: some.slice(0, countTogether(some, limit, mostPageBytes)),
      };
    },

    async check() {},
    async close() {},
  };
}

function withoutCommits({ at, oldTip, newTip, lost }: Rewrite): Rewrite {
  return { at, oldTip, newTip, lost };
}

/** Where a place of this history, or of what it grew from, is among these commits. */
function rowOf({ commits: count, skip }: Place, commits: Commits): number {
  return commits.length - (count - skip);
}

async function* inBatches(commits: Commits): AsyncGenerator<Commits> {
  for (let start = 0; start < commits.length;) {
    const batch = commits.slice(start, start + batchSize);
    const together = batch.slice(0, countTogether(batch, batchSize, mostBatchBytes));
    start += together.length;
    yield together;
  }
}
