import { keptReorders, commonSuffixLength } from '../../domain/history/reorders.ts';
import { spliceOrder, toGraphNode } from '../../domain/history/splice-order.ts';
import {
  keptRewrites,
  lostCommitsKept,
  mostRewrites,
  type Change,
  type Commit,
  type Difference,
  type History,
} from '../../domain/index.ts';
import type { Commits } from './gather.ts';
import { activityOf, type StoredHistory } from './stored-history.ts';

/** The history that takes the place of another one of its url. */
export function replaceBy(
  before: StoredHistory | undefined,
  history: History,
  commits: Commits,
): { readonly kept: StoredHistory; readonly change: Change } {
  const known = new Set(commits.map(({ sha }) => sha));
  const lost = before?.commits.filter(({ sha }) => !known.has(sha)) ?? [];
  const added = commits.length - ((before?.commits.length ?? 0) - lost.length);
  const kept = {
    ...history,
    commits,
    activity: activityOf(commits, history.at),
    moves: [],
    rewrites: rewritesWith(before, history, lost),
  };
  return { kept, change: { added, lost: lost.length } };
}

/** The same history with what lies between two tips; undefined where it has to be written anew. */
export function extendBy(
  before: StoredHistory,
  history: History & { readonly tip: string },
  { fresh, lost }: Difference,
): { readonly kept: StoredHistory; readonly change: Change } | undefined {
  const find = finder(before.commits, new Map(fresh.map((commit) => [commit.sha, commit])));
  const splice = spliceOrder({
    node: (sha) => toGraphNode(find(sha)),
    oldTip: before.tip ?? '',
    newTip: history.tip,
    fresh: new Set(fresh.map(({ sha }) => sha)),
    lost: new Set(lost),
    limit: Infinity,
  });
  if (splice === undefined) return undefined;
  const replaced = before.commits.slice(0, splice.replaced);
  const beginning = splice.beginning.map(find).filter((commit) => commit !== undefined);
  const commits = [...beginning, ...before.commits.slice(splice.replaced)];
  const same = commonSuffixLength(
    replaced.map(({ sha }) => sha),
    splice.beginning,
  );
  const lowest = before.commits.length - splice.replaced + same;
  const gone = new Set(lost);
  const kept = {
    ...history,
    commits,
    activity: activityOf(commits, history.at),
    moves: [...before.moves, { tipBefore: before.tip ?? '', lowest }].slice(-keptReorders),
    rewrites: rewritesWith(
      before,
      history,
      replaced.filter(({ sha }) => gone.has(sha)),
    ),
  };
  return { kept, change: { added: fresh.length, lost: lost.length } };
}

function rewritesWith(before: StoredHistory | undefined, { at, tip }: History, lost: Commits) {
  const known = before?.rewrites ?? [];
  if (lost.length === 0) return known;
  const commits = lost.slice(0, lostCommitsKept).map(({ sha, author, authoredAt, message }) => ({
    sha,
    author,
    authoredAt,
    message,
  }));
  const rewrite = { at, oldTip: before?.tip ?? '', newTip: tip, lost: lost.length, commits };
  return [rewrite, ...known]
    .slice(0, mostRewrites)
    .map((older, index) => (index < keptRewrites ? older : { ...older, commits: [] }));
}

/** Finds commits by their names; reads no more of the old ones than it takes, which stand near the beginning mostly. */
function finder(old: Commits, fresh: ReadonlyMap<string, Commit>) {
  const known = new Map<string, Commit>();
  let read = 0;
  return (sha: string): Commit | undefined => {
    const found = fresh.get(sha) ?? known.get(sha);
    if (found !== undefined) return found;
    while (read < old.length) {
      const commit = old[read++];
      if (commit === undefined) break;
      known.set(commit.sha, commit);
      if (commit.sha === sha) return commit;
    }
    return undefined;
  };
}
