import {
  keptRewrites,
  lostCommitsKept,
  maxRewrites,
  rewritesToSkip,
} from '../../domain/history/rewrites.ts';
import type { History, Rewrite, RewriteStore } from '../../domain/index.ts';
import type { Commits } from './gather.ts';
import type { StoredHistory } from './stored-history.ts';
import { findProject, type Tables } from './tables.ts';

export function rewriteStore(tables: Tables): RewriteStore {
  const rewritesOf = (name: string) => findProject(tables, name)?.stored?.rewrites ?? [];
  return {
    async rewrites(name, { rest, limit }) {
      const all = rewritesOf(name);
      const skip = rewritesToSkip(all.length, rest);
      return { total: all.length, rewrites: all.slice(skip, skip + limit).map(withoutCommits) };
    },

    async rewriteTo(name, newTip) {
      const rewrite = rewritesOf(name).find((other) => other.newTip === newTip);
      return rewrite && withoutCommits(rewrite);
    },

    async lostCommits(name, newTip) {
      return rewritesOf(name).find((rewrite) => rewrite.newTip === newTip)?.commits ?? [];
    },
  };
}

function withoutCommits({ at, oldTip, newTip, lost }: Rewrite): Rewrite {
  return { at, oldTip, newTip, lost };
}

/**
 * The rewrites of a history and the one that has just come, unless nothing is lost.
 * @param count how many commits are lost, of which `commits` are the newest
 */
export function addRewrite(
  before: StoredHistory | undefined,
  { at, tip }: History,
  count: number,
  commits: Commits,
): StoredHistory['rewrites'] {
  const older = before?.rewrites ?? [];
  if (count === 0) return older;
  const lost = commits.slice(0, lostCommitsKept).map(({ sha, author, authoredAt, message }) => ({
    sha,
    author,
    authoredAt,
    message,
  }));
  const rewrite = { at, oldTip: before?.tip ?? '', newTip: tip, lost: count, commits: lost };
  return [rewrite, ...older]
    .slice(0, maxRewrites)
    .map((each, index) => (index < keptRewrites ? each : { ...each, commits: [] }));
}
