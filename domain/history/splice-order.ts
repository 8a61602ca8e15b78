import type { Commit } from '../commit.ts';
import { createDateQueue, type DateQueue } from './date-queue.ts';

/** What git's walk looks at. */
export interface GraphNode {
  /** Committer date in epoch seconds. */
  readonly committedAt: number;
  readonly parents: readonly string[];
}

export interface SpliceRequest {
  /** Any commit of the old or the new history; undefined where its date is not one that git compares as a number. */
  readonly node: (sha: string) => GraphNode | undefined;
  readonly oldTip: string;
  readonly newTip: string;
  /** Reachable from the new tip and not from the old one. */
  readonly fresh: ReadonlySet<string>;
  /** Reachable from the old tip and not from the new one. */
  readonly lost: ReadonlySet<string>;
  /** How long the beginning may become. */
  readonly limit: number;
}

/** How the order of a history changes: its first `replaced` commits give way to `beginning`, and the rest stays. */
export interface Splice {
  readonly beginning: readonly string[];
  readonly replaced: number;
}

/** A walk came to a commit whose date it cannot compare, or to more parents than it may keep. */
class IncomparableDate extends Error {}

/**
 * Finds where the order of `git log` of two tips becomes the same, without reading what lies behind. git walks from a tip
 * with a queue by committer date, in which equal dates keep the order they came in; from the moment when two walks have
 * shown the same commits and their queues are equal, they have the same future.
 * See `commit_list_insert_by_date` and `limit_list` of git.
 * @returns undefined where the walks do not meet within the limit, come to very many parents, or cannot compare a date
 */
export function spliceOrder(request: SpliceRequest): Splice | undefined {
  try {
    return meet(request);
  } catch (error) {
    if (error instanceof IncomparableDate) return undefined;
    throw error;
  }
}

function meet({ node, oldTip, newTip, fresh, lost, limit }: SpliceRequest): Splice | undefined {
  /** In the queue of one walk and not of the other. */
  const unshared = new Set<string>();
  const now = createWalk(node, { tip: newTip, maxEdges: parentsPerCommit * limit, unshared });
  const before = createWalk(node, { tip: oldTip, maxEdges: parentsPerCommit * limit, unshared });
  /** Shown by one walk and not yet by the other. */
  const emittedByOneOnly = new Set<string>();
  let comparisonsLeft = comparisonsPerCommit * limit;
  const beginning: string[] = [];
  let replaced = 0;
  let freshLeft = fresh.size;
  let lostLeft = lost.size;
  /** Of the same commits; of equal dates the order may differ. */
  const sameQueue = () => {
    if (unshared.size > 0) return false;
    comparisonsLeft -= now.queue.size;
    if (comparisonsLeft < 0) throw new IncomparableDate(newTip);
    const other = before.queue.sorted();
    return now.queue.sorted().every((sha, index) => sha === other[index]);
  };
  const passLost = (sha: string | undefined) => {
    if (sha === undefined || !lost.has(sha)) return false;
    lostLeft--;
    replaced++;
    return true;
  };

  while (beginning.length <= limit) {
    if (freshLeft === 0 && emittedByOneOnly.size === 0) {
      while (passLost(before.queue.first())) before.next();
      if (lostLeft === 0 && sameQueue()) return { beginning, replaced };
    }
    const sha = now.next();
    if (sha === undefined) return undefined;
    beginning.push(sha);
    if (fresh.has(sha)) {
      freshLeft--;
      continue;
    }
    toggle(emittedByOneOnly, sha);
    let old = before.next();
    while (passLost(old)) old = before.next();
    if (old !== undefined) {
      replaced++;
      toggle(emittedByOneOnly, old);
    }
  }
  return undefined;
}

/** Removes what a set has, and adds what it has not. */
function toggle(set: Set<string>, sha: string): void {
  if (!set.delete(sha)) set.add(sha);
}

interface Walk {
  /** What comes next. */
  readonly queue: DateQueue;
  next(): string | undefined;
}

/** So many parents a walk may come to for each commit of the longest beginning; most histories have 1.1 to 1.3. */
const parentsPerCommit = 2;

/** So many commits of a queue may be compared for each commit of the longest beginning; a queue has a hundred mostly. */
const comparisonsPerCommit = 100;

function createWalk(
  node: SpliceRequest['node'],
  {
    tip,
    maxEdges,
    unshared,
  }: { readonly tip: string; readonly maxEdges: number; readonly unshared: Set<string> },
): Walk {
  let edges = 0;
  const queue = createDateQueue();
  const seen = new Set<string>();
  const nodes = new Map<string, GraphNode>();

  const add = (sha: string) => {
    if (seen.has(sha)) return;
    seen.add(sha);
    const found = node(sha);
    if (found === undefined) throw new IncomparableDate(sha);
    edges += found.parents.length;
    if (edges > maxEdges) throw new IncomparableDate(sha);
    nodes.set(sha, found);
    queue.push(sha, found.committedAt);
    toggle(unshared, sha);
  };

  add(tip);
  return {
    queue,
    next: () => {
      const sha = queue.pop();
      if (sha === undefined) return undefined;
      toggle(unshared, sha);
      for (const parent of nodes.get(sha)?.parents ?? []) add(parent);
      nodes.delete(sha);
      return sha;
    },
  };
}

/** From 2514 on git's order depends on whether it has a commit-graph, which keeps 34 bits of a date. */
const lastComparable = 2 ** 34 - 1;

/** What the walk looks at of a commit; undefined where git does not compare its date as a number. */
export function toGraphNode(
  commit: Pick<Commit, 'committedAt' | 'parents'> | undefined,
): GraphNode | undefined {
  if (commit === undefined || commit.committedAt === null) return undefined;
  const { committedAt, parents } = commit;
  return committedAt <= lastComparable ? { committedAt, parents } : undefined;
}
