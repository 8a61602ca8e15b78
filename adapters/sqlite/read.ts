import type { DatabaseSync } from 'node:sqlite';
import {
  historyMoved,
  type Commit,
  type CommitFilter,
  type CommitPage,
  type Edge,
  type LostCommit,
  type LostPage,
  type OpenAttempt,
  type Place,
  type Project,
  type Rewrite,
  type RewritePage,
  type StorePort,
  type Version,
} from '../../domain/index.ts';
import { isByDate, mostBatchBytes, mostPageBytes, storedBytes } from '../../domain/find-commits.ts';
import { holdsStill, type Move } from '../../domain/moves.ts';
import { createAuthorCounter, type AuthorKey, type AuthorStep } from './authors.ts';
import { createCounter, type Counted, type DateKey, type DateRange } from './count.ts';
import { createLookup, createSearch, type Step } from './search.ts';
import { commitColumns, factColumns, toCommit, toFacts } from './rows.ts';
import { transaction } from './transaction.ts';
import { bytes, number, numberOrNull, text, textOrNull, type Row } from './values.ts';

/** Making this many into text takes a millisecond or two, and a reader who is slow has a few batches waiting. */
const batchSize = 100;

export type Reader = ReturnType<typeof createReader>;

/** A step of a search, with where the rows of the history begin. */
export interface SearchStep {
  readonly project: Project;
  readonly root: number;
  readonly step: Step;
}

const nothing: Step = { hits: [], next: undefined };

/** Reads what is committed; each call is of one moment. */
export function createReader(db: DatabaseSync) {
  const search = createSearch(db);
  const lookup = createLookup(db);
  const count = createCounter(db);
  const countByAuthor = createAuthorCounter(db);
  const allProjects = db.prepare(
    `SELECT name, added_at, ${factColumns} FROM projects JOIN urls USING (url) ORDER BY name`,
  );
  const oneProject = db.prepare(
    `SELECT name, added_at, ${factColumns} FROM projects JOIN urls USING (url) WHERE name = ?`,
  );
  const oneUrl = db.prepare(`SELECT ${factColumns} FROM urls WHERE url = ?`);
  const namesOfUrl = db.prepare('SELECT name FROM projects WHERE url = ? ORDER BY name');
  const dueUrls = db.prepare(
    `SELECT url, next_refresh_at FROM urls
     WHERE (next_refresh_at <= ?1 OR last_attempt_at > ?1) AND url IN (SELECT url FROM projects)
     ORDER BY next_refresh_at`,
  );
  const attempts = db.prepare('SELECT url, at, times FROM attempts ORDER BY url');
  const below = db.prepare(
    `SELECT ${commitColumns} FROM commits JOIN authors ON id = author
     WHERE history = ? AND pos < ? ORDER BY pos DESC LIMIT ?`,
  );
  const movesOf = db.prepare('SELECT tip_before, lowest FROM moves WHERE history = ? ORDER BY id');
  const countRewrites = db.prepare(
    'SELECT count(*) AS total FROM rewrites JOIN projects USING (url) WHERE name = ?',
  );
  const rewriteColumns = 'id, at, old_tip, new_tip, lost';
  const someRewrites = db.prepare(
    `SELECT ${rewriteColumns} FROM rewrites JOIN projects USING (url)
     WHERE name = ? ORDER BY id DESC LIMIT ? OFFSET ?`,
  );
  const rewriteTo = db.prepare(
    `SELECT ${rewriteColumns} FROM rewrites JOIN projects USING (url)
     WHERE name = ? AND new_tip IS ? ORDER BY id DESC LIMIT 1`,
  );
  const lostOf = db.prepare(
    `SELECT sha, author, authored, message FROM lost_commits WHERE rewrite = ? AND place >= ?
     ORDER BY place LIMIT ?`,
  );
  const countLost = db.prepare('SELECT count(*) AS total FROM lost_commits WHERE rewrite = ?');

  const find = (name: string) => {
    const row = oneProject.get(name);
    return row && { project: toProject(row), rows: whereabouts(row) };
  };
  /** The history whose commits are those of a version. */
  const rowsOf = ({ url, tip, commits }: Version): number => {
    const row = oneUrl.get(url);
    const rows = row && whereabouts(row);
    const isThat = row && textOrNull(row, 'tip') === tip && number(row, 'commits') === commits;
    if (rows === undefined || isThat !== true) throw historyMoved();
    return rows.history;
  };
  const moves = (history: number): readonly Move[] =>
    movesOf.all(history).map((row) => ({
      tipBefore: text(row, 'tip_before'),
      lowest: number(row, 'lowest'),
    }));
  const stretch = (history: number, top: number, limit: number): readonly Commit[] =>
    below.all(history, top, Math.min(limit, Number.MAX_SAFE_INTEGER)).map(toCommit);
  const batch = (history: number, top: number): readonly Commit[] => {
    const commits: Commit[] = [];
    let size = 0;
    // Reading rows that are not taken costs less than taking them one by one.
    for (const row of below.all(history, top, batchSize)) {
      const commit = toCommit(row);
      commits.push(commit);
      size += storedBytes(commit);
      if (size >= mostBatchBytes) break;
    }
    return commits;
  };

  return {
    projects: (): readonly Project[] => allProjects.all().map(toProject),

    project: (name: string): Project | undefined => find(name)?.project,

    tracked(url: string): Omit<Project, 'name' | 'addedAt'> | undefined {
      const row = oneUrl.get(url);
      return row && toFacts(row);
    },

    namesOf: (url: string): readonly string[] =>
      namesOfUrl.all(url).map((row) => text(row, 'name')),

    due: (now: number) =>
      dueUrls.all(now).map((row) => ({
        url: text(row, 'url'),
        dueAt: number(row, 'next_refresh_at'),
      })),

    openAttempts: (): readonly OpenAttempt[] =>
      attempts.all().map((row) => ({
        url: text(row, 'url'),
        at: number(row, 'at'),
        times: number(row, 'times'),
      })),

    commits(
      name: string,
      { from, limit }: { readonly from?: Place; readonly limit: number },
    ): CommitPage | 'moved' | undefined {
      return transaction(db, 'BEGIN', () => {
        const found = find(name);
        if (found === undefined) return undefined;
        const { project, rows } = found;
        if (rows === undefined) return { project, commits: [] };
        const { history, root } = rows;
        if (from === undefined) {
          const commits = stretch(history, root + project.commits, limit);
          return { project, commits };
        }
        if (!holdsStill(from, project, from.tip === project.tip ? [] : moves(history))) {
          return 'moved';
        }
        const commits = stretch(history, root + from.commits - from.skip, limit);
        return { project, commits };
      });
    },

    /** A bounded piece of a search, which goes on from an edge, or begins where that is undefined. */
    searchStep(
      name: string,
      { filter, from, limit }: { filter: CommitFilter; from: Edge | undefined; limit: number },
    ): SearchStep | 'moved' | undefined {
      return transaction(db, 'BEGIN', () => {
        const found = find(name);
        if (found === undefined) return undefined;
        const { project, rows } = found;
        if (rows === undefined) return { project, root: 0, step: nothing };
        const { history, root } = rows;
        if (from !== undefined) {
          const since = from.tip === project.tip ? [] : moves(history);
          if (!holdsStill({ ...from, skip: skipTo(from, filter) }, project, since)) return 'moved';
        }
        const top = root + (from?.commits ?? project.commits);
        const key = {
          pos: root + (from?.position ?? project.commits),
          committed: from === undefined ? Number.MAX_SAFE_INTEGER : from.committedAt,
          side: from?.side ?? 'after',
        };
        return { project, root, step: search({ history, top }, filter, key, limit) };
      });
    },

    namesakes(name: string, prefix: string): CommitPage | undefined {
      return transaction(db, 'BEGIN', () => {
        const found = find(name);
        if (found === undefined) return undefined;
        const { project, rows } = found;
        return { project, commits: rows === undefined ? [] : lookup(rows.history, prefix) };
      });
    },

    /**
     * Counts some commits by committer date, and says where to go on.
     * @throws DomainError `history_moved`
     */
    countStep(of: Version, range: DateRange, after: DateKey | undefined): Counted {
      return transaction(db, 'BEGIN', () => {
        const history = rowsOf(of);
        if (after !== undefined && after.history !== history) throw historyMoved();
        return count(history, range, after);
      });
    },

    /**
     * Counts some commits by author, and says where to go on.
     * @throws DomainError `history_moved`
     */
    authorsStep(of: Version, after: AuthorKey | undefined): AuthorStep {
      return transaction(db, 'BEGIN', () => {
        const history = rowsOf(of);
        if (after !== undefined && after.history !== history) throw historyMoved();
        return countByAuthor(history, after);
      });
    },

    /**
     * The commits below a place of the history of a url: 100 of them, fewer where they take many bytes, or all that are left.
     * @throws DomainError `history_moved` where they are not where they were
     */
    onwards(url: string, from: Place): readonly Commit[] {
      return transaction(db, 'BEGIN', () => {
        const row = oneUrl.get(url);
        const rows = row && whereabouts(row);
        const facts = row && toFacts(row);
        const since = rows === undefined || from.tip === facts?.tip ? [] : moves(rows.history);
        if (rows === undefined || facts === undefined || !holdsStill(from, facts, since)) {
          throw historyMoved();
        }
        return batch(rows.history, rows.root + from.commits - from.skip);
      });
    },

    rewrites: (name: string, { rest, limit }: Parameters<StorePort['rewrites']>[1]): RewritePage =>
      transaction(db, 'BEGIN', () => {
        const total = number(countRewrites.get(name) ?? {}, 'total');
        const skip = Math.max(0, total - (rest ?? total));
        return { total, rewrites: someRewrites.all(name, limit, skip).map(toRewrite) };
      }),

    rewriteTo(name: string, newTip: string | null): Rewrite | undefined {
      const row = rewriteTo.get(name, newTip);
      return row && toRewrite(row);
    },

    lostCommits: (
      name: string,
      newTip: string | null,
      { start, limit }: Parameters<StorePort['lostCommits']>[2],
    ): LostPage | undefined =>
      transaction(db, 'BEGIN', () => {
        const rewrite = rewriteTo.get(name, newTip);
        if (rewrite === undefined) return undefined;
        const id = number(rewrite, 'id');
        const total = number(countLost.get(id) ?? {}, 'total');
        const commits: LostCommit[] = [];
        let size = 0;
        for (const row of lostOf.iterate(id, start, limit)) {
          const commit = toLostCommit(row);
          commits.push(commit);
          size += storedBytes(commit);
          if (size >= mostPageBytes) break;
        }
        return { rewrite: toRewrite(rewrite), total, commits };
      }),
  };
}

/** How many commits at the top a search does not come back to. */
function skipTo({ commits, position, side }: Edge, filter: CommitFilter): number {
  return side === 'after' && !isByDate(filter) ? commits - position - 1 : 0;
}

function toProject(row: Row): Project {
  return { name: text(row, 'name'), addedAt: numberOrNull(row, 'added_at'), ...toFacts(row) };
}

function toRewrite(row: Row): Rewrite {
  return {
    at: number(row, 'at'),
    oldTip: text(row, 'old_tip'),
    newTip: textOrNull(row, 'new_tip'),
    lost: number(row, 'lost'),
  };
}

function toLostCommit(row: Row): LostCommit {
  return {
    sha: bytes(row, 'sha').toString('hex'),
    author: text(row, 'author'),
    authoredAt: numberOrNull(row, 'authored'),
    message: text(row, 'message'),
  };
}

/** Where the commits of a url are; undefined where it has no history yet. */
function whereabouts(row: Row): { readonly history: number; readonly root: number } | undefined {
  if (row['history'] === null) return undefined;
  return { history: number(row, 'history'), root: number(row, 'root') };
}
