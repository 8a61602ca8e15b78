import { planExtension, type Extension } from '../../domain/history/extend-history.ts';
import { keptReorders } from '../../domain/history/reorders.ts';
import { toGraphNode } from '../../domain/history/splice-order.ts';
import type { Change, Commit, Difference, History } from '../../domain/index.ts';
import type { Commits } from './gather.ts';
import { addRewrite } from './rewrites.ts';
import { activityOf, type StoredHistory } from './stored-history.ts';

interface Changed {
  readonly stored: StoredHistory;
  readonly change: Change;
}

/** The history that takes the place of another one of its url. */
export function replaceBy(
  before: StoredHistory | undefined,
  history: History,
  commits: Commits,
): Changed {
  const names = new Set(commits.map(({ sha }) => sha));
  const lost = before?.commits.filter(({ sha }) => !names.has(sha)) ?? [];
  const added = commits.length - ((before?.commits.length ?? 0) - lost.length);
  const stored = {
    ...history,
    commits,
    activity: activityOf(commits, history.at),
    reorders: [],
    rewrites: addRewrite(before, history, lost.length, lost),
  };
  return { stored, change: { added, lost: lost.length } };
}

/** The same history with what lies between two tips; undefined where it has to be written anew. */
export function extendBy(
  before: StoredHistory,
  from: string,
  history: History & { readonly tip: string },
  difference: Difference,
): Changed | undefined {
  const find = createFinder(before.commits);
  const rows = {
    commits: before.commits.length,
    node: (sha: string) => toGraphNode(find(sha)),
    newest: (count: number) => before.commits.slice(0, count).map(({ sha }) => sha),
  };
  const plan = planExtension(rows, { from, to: history.tip, limit: Infinity }, difference);
  if (plan === undefined) return undefined;
  const commits = applyPlan(before.commits, plan, find);
  const lost = plan.lost.map(find).filter((commit) => commit !== undefined);
  const stored = {
    ...history,
    commits,
    activity: activityOf(commits, history.at),
    reorders: [...before.reorders, plan.reorder].slice(-keptReorders),
    rewrites: addRewrite(before, history, plan.change.lost, lost),
  };
  return { stored, change: plan.change };
}

/** Below the lowest position that changes all stays; above it rows go, and others come to the positions that are left. */
function applyPlan(
  commits: Commits,
  { commits: count, reorder: { lowest }, removed, inserted }: Extension,
  find: (sha: string) => Commit | undefined,
): Commits {
  const { length } = commits;
  const isRemoved = new Set(removed);
  const staying = commits
    .slice(0, length - lowest)
    .filter((_, index) => !isRemoved.has(length - 1 - index))
    .values();
  const comers = new Map(
    inserted.map(({ position, sha, fresh }) => [position, fresh ?? find(sha)]),
  );
  const above = Array.from({ length: count - lowest }, (_, index) => {
    const position = count - 1 - index;
    return comers.has(position) ? comers.get(position) : staying.next().value;
  });
  return [...above.filter((commit) => commit !== undefined), ...commits.slice(length - lowest)];
}

/** Finds commits by their names; reads no more of them than it takes: those asked for stand near the beginning mostly. */
function createFinder(commits: Commits) {
  const byName = new Map<string, Commit>();
  let read = 0;
  return (sha: string): Commit | undefined => {
    const found = byName.get(sha);
    if (found !== undefined) return found;
    while (read < commits.length) {
      const commit = commits[read++];
      if (commit === undefined) break;
      byName.set(commit.sha, commit);
      if (commit.sha === sha) return commit;
    }
    return undefined;
  };
}
