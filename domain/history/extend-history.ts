import type { Commit } from '../commit.ts';
import type { Difference } from '../ports/git-port.ts';
import type { Change } from '../ports/history-store.ts';
import { commonSuffixLength, type Reorder } from './reorders.ts';
import { lostCommitsKept } from './rewrites.ts';
import { spliceOrder, toGraphNode, type GraphNode } from './splice-order.ts';

/**
 * What a store has to read of a history to extend it. A store whose rows come asynchronously reads the newest `limit`
 * nodes and then their parents first: a splice within the limit asks for no others.
 */
export interface HistoryRows {
  /** How many commits it has. */
  readonly commits: number;
  /** What git's walk looks at of a commit ({@link toGraphNode}); undefined where there is none, or of no use. */
  node(sha: string): GraphNode | undefined;
  /** Names of the newest so many commits, newest first. */
  newest(count: number): readonly string[];
}

/** A row to write: a commit of the old history that moves, where `fresh` is undefined, or a new one. */
interface Insertion {
  readonly position: number;
  readonly sha: string;
  readonly fresh: Commit | undefined;
}

/** How the rows of a history change. Positions count the commits that stand lower; rows that are not told of stay. */
export interface Extension {
  /** How many commits the history has afterwards. */
  readonly commits: number;
  readonly change: Change;
  readonly reorder: Reorder;
  /** Positions of rows to delete, the highest first. */
  readonly removed: readonly number[];
  /** Rows to insert then, the highest first. What moves is to be read before it is deleted. */
  readonly inserted: readonly Insertion[];
  /** Names of the lost commits that are kept with the rewrite, newest first. */
  readonly lost: readonly string[];
}

/**
 * Plans how a history of tip `from` becomes that of `to`, by what lies between: only what git's order moves changes.
 * @returns undefined where the whole has to be written anew
 */
export function planExtension(
  rows: HistoryRows,
  { from, to, limit }: { readonly from: string; readonly to: string; readonly limit: number },
  { fresh, lost }: Difference,
): Extension | undefined {
  const news = new Map(fresh.map((commit) => [commit.sha, commit]));
  const gone = new Set(lost);
  // Both walks ask for most of them.
  const nodes = new Map(fresh.map((commit) => [commit.sha, toGraphNode(commit)]));
  const nodeOf = (sha: string): GraphNode | undefined => {
    if (!nodes.has(sha)) nodes.set(sha, rows.node(sha));
    return nodes.get(sha);
  };
  const splice = spliceOrder({
    node: nodeOf,
    oldTip: from,
    newTip: to,
    fresh: new Set(news.keys()),
    lost: gone,
    limit,
  });
  if (splice === undefined) return undefined;
  const { beginning, replaced } = splice;
  const names = rows.newest(replaced);
  /** Below it, counted from the root, nothing changes. */
  const base = rows.commits - replaced;
  const positionOf = (list: readonly string[], index: number) => base + list.length - 1 - index;
  // Where a position keeps its commit, its row stays.
  const isKept = (index: number) =>
    beginning[index] === names[names.length - (beginning.length - index)];
  const kept = new Set(beginning.filter((_, index) => isKept(index)));
  return {
    commits: base + beginning.length,
    change: { added: fresh.length, lost: lost.length },
    reorder: { tipBefore: from, lowest: base + commonSuffixLength(names, beginning) },
    removed: names.flatMap((sha, index) => (kept.has(sha) ? [] : [positionOf(names, index)])),
    inserted: beginning.flatMap((sha, index) =>
      kept.has(sha) ? [] : [{ position: positionOf(beginning, index), sha, fresh: news.get(sha) }],
    ),
    lost: names.filter((sha) => gone.has(sha)).slice(0, lostCommitsKept),
  };
}
