import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  keptRewrites,
  lostCommitsKept,
  type Attempt,
  type Change,
  type Commit,
  type Difference,
  type FetchFailure,
  type History,
} from '../../domain/index.ts';
import {
  gapCommits,
  longestWindow,
  measureActivity,
  startOfWeek,
  weekOf,
  weeksKept,
  yearOf,
} from '../../domain/activity.ts';
import { rememberedMoves, unmoved } from '../../domain/moves.ts';
import { spliceOrder, walkable } from '../../domain/splice-order.ts';
import { fromActivity, splitNames, zoneOf } from './rows.ts';
import { transaction } from './transaction.ts';
import { bytes, number, numberOrNull, text, textOrNull, type Row } from './values.ts';

/** So many rows are deleted at a time: others want to write meanwhile. */
const sweepSize = 5000;

/** A history of which more would change is written anew, in small steps. */
const longestSplice = 20_000;

export type Writer = ReturnType<typeof createWriter>;

/** Writes; each call is one transaction. A history is grown out of sight, and shown by one last call. */
export function createWriter(db: DatabaseSync) {
  const statement = {
    url: db.prepare('SELECT * FROM urls WHERE url = ?'),
    newHistory: db.prepare('INSERT INTO histories DEFAULT VALUES RETURNING id'),
    author: db.prepare('SELECT id FROM authors WHERE name = ?'),
    newAuthor: db.prepare('INSERT INTO authors (name) VALUES (?) RETURNING id'),
    addCommit: db.prepare('INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    removeCommit: db.prepare('DELETE FROM commits WHERE history = ? AND pos = ?'),
    bySha: db.prepare('SELECT * FROM commits WHERE history = ? AND sha = ?'),
    newest: db.prepare(
      'SELECT committed FROM commits WHERE history = ? AND committed IS NOT NULL ORDER BY committed DESC LIMIT ?',
    ),
    recent: db.prepare(
      'SELECT committed, author FROM commits WHERE history = ? AND committed >= ?',
    ),
    weeks: db.prepare(
      `SELECT (committed / 86400 + 3) / 7 AS week, count(*) AS commits
       FROM commits INDEXED BY commits_committed_pos
       WHERE history = ? AND committed >= ? AND committed < ? GROUP BY week`,
    ),
    stretch: db.prepare('SELECT * FROM commits WHERE history = ? AND pos >= ? ORDER BY pos DESC'),
    countLost: db.prepare(
      `SELECT count(*) AS lost FROM commits AS old WHERE history = ?
       AND NOT EXISTS (SELECT 1 FROM commits WHERE history = ? AND sha = old.sha)`,
    ),
    someLost: db.prepare(
      `SELECT sha, name, authored, message FROM commits AS old JOIN authors ON id = author
       WHERE history = ? AND NOT EXISTS (SELECT 1 FROM commits WHERE history = ? AND sha = old.sha)
       ORDER BY pos DESC LIMIT ${lostCommitsKept}`,
    ),
    authorName: db.prepare('SELECT name FROM authors WHERE id = ?'),
    addMove: db.prepare('INSERT INTO moves (history, tip_before, lowest) VALUES (?, ?, ?)'),
    forgetMoves: db.prepare(
      `DELETE FROM moves WHERE history = ? AND id NOT IN
       (SELECT id FROM moves WHERE history = ? ORDER BY id DESC LIMIT ${rememberedMoves})`,
    ),
    addRewrite: db.prepare(
      'INSERT INTO rewrites (url, at, old_tip, new_tip, lost) VALUES (?, ?, ?, ?, ?) RETURNING id',
    ),
    addLost: db.prepare('INSERT INTO lost_commits VALUES (?, ?, ?, ?, ?, ?)'),
    oldRewrites: db.prepare(
      `SELECT id FROM rewrites WHERE url = ? ORDER BY id DESC LIMIT -1 OFFSET ${keptRewrites}`,
    ),
    forgetLost: db.prepare('DELETE FROM lost_commits WHERE rewrite = ?'),
    saveUrl: db.prepare(
      `INSERT INTO urls (url, history, root, commits, tip, default_branch, tip_committed_at, tip_changed_at,
         last_attempt_at, last_success_at, last_outcome, failures, next_refresh_at, activity)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ok', 0, ?, ?)
       ON CONFLICT (url) DO UPDATE SET history = excluded.history, root = excluded.root,
         commits = excluded.commits, tip = excluded.tip, default_branch = excluded.default_branch,
         tip_committed_at = excluded.tip_committed_at, tip_changed_at = excluded.tip_changed_at,
         last_attempt_at = excluded.last_attempt_at, last_success_at = excluded.last_success_at,
         last_outcome = 'ok', failures = 0, next_refresh_at = excluded.next_refresh_at,
         activity = excluded.activity`,
    ),
    fail: db.prepare(
      `UPDATE urls SET last_attempt_at = ?, last_outcome = ?, failures = failures + 1, next_refresh_at = ?
       WHERE url = ? AND url IN (SELECT url FROM projects)`,
    ),
    reserveUrl: db.prepare('INSERT OR IGNORE INTO urls (url) VALUES (?)'),
    project: db.prepare('SELECT url FROM projects WHERE name = ?'),
    countProjects: db.prepare('SELECT count(*) AS count FROM projects'),
    nameUrl: db.prepare(
      'INSERT INTO projects (name, url, added_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET url = excluded.url',
    ),
    removeProject: db.prepare('DELETE FROM projects WHERE name = ? RETURNING url'),
    isNamed: db.prepare('SELECT 1 FROM projects WHERE url = ?'),
    dropUrl: db.prepare('DELETE FROM urls WHERE url = ?'),
    dropLost: db.prepare(
      'DELETE FROM lost_commits WHERE rewrite IN (SELECT id FROM rewrites WHERE url = ?)',
    ),
    dropRewrites: db.prepare('DELETE FROM rewrites WHERE url = ?'),
    unused: db.prepare(
      'SELECT id FROM histories WHERE id NOT IN (SELECT history FROM urls WHERE history IS NOT NULL)',
    ),
    sweepCommits: db.prepare(
      `DELETE FROM commits WHERE history = ? AND pos IN
       (SELECT pos FROM commits WHERE history = ? LIMIT ${sweepSize})`,
    ),
    sweepMoves: db.prepare('DELETE FROM moves WHERE history = ?'),
    sweepHistory: db.prepare('DELETE FROM histories WHERE id = ?'),
    check: db.prepare('UPDATE checked SET times = times + 1'),
  };

  const authorIds = new Map<string, number>();
  const authorId = (name: string): number => {
    const known = authorIds.get(name);
    if (known !== undefined) return known;
    const row = statement.author.get(name) ?? statement.newAuthor.get(name) ?? {};
    const id = number(row, 'id');
    if (authorIds.size >= 10_000) authorIds.clear();
    authorIds.set(name, id);
    return id;
  };
  const valuesOf = (commit: Commit): readonly SQLInputValue[] => [
    Buffer.from(commit.sha, 'hex'),
    Buffer.from(commit.parents.join(''), 'hex'),
    authorId(commit.author),
    commit.authoredAt,
    zoneOf(commit),
    commit.committedAt,
    commit.message,
  ];
  const activityOf = (history: number, now: number) => {
    const since = now - longestWindow;
    const recent = statement.recent.all(history, since).map((row) => ({
      committedAt: number(row, 'committed'),
      author: number(row, 'author'),
    }));
    const newest = statement.newest.all(history, gapCommits).map((row) => number(row, 'committed'));
    return fromActivity({ ...measureActivity(now, recent, newest), weeks: yearIn(history, now) });
  };
  const yearIn = (history: number, now: number) => {
    const week = weekOf(now);
    const [first, end] = [startOfWeek(week - weeksKept + 1), startOfWeek(week + 1)];
    const rows = statement.weeks.all(history, Math.max(0, first), end);
    return yearOf(now, new Map(rows.map((row) => [number(row, 'week'), number(row, 'commits')])));
  };
  const show = (
    found: History,
    rows: { readonly id: number; readonly root: number; readonly commits: number },
  ) => {
    const top = statement.stretch.get(rows.id, rows.root + rows.commits - 1);
    const committedAt = top === undefined ? null : numberOrNull(top, 'committed');
    const { url, tip, defaultBranch, tipChangedAt, at, nextRefreshAt } = found;
    const { id, root, commits } = rows;
    statement.saveUrl.run(
      url,
      id,
      root,
      commits,
      tip,
      defaultBranch,
      committedAt,
      tipChangedAt,
      at,
      at,
      nextRefreshAt,
      activityOf(id, at),
    );
  };
  const record = (
    { url, at, tip }: History,
    oldTip: string,
    lost: { readonly count: number; readonly some: readonly (readonly SQLInputValue[])[] },
  ) => {
    if (lost.count === 0) return;
    const rewrite = number(statement.addRewrite.get(url, at, oldTip, tip, lost.count) ?? {}, 'id');
    for (const [place, commit] of lost.some.entries()) {
      statement.addLost.run(rewrite, place, ...commit);
    }
    for (const old of statement.oldRewrites.all(url)) statement.forgetLost.run(number(old, 'id'));
  };
  const known = (url: string) => {
    const row = statement.url.get(url);
    if (row === undefined || row['history'] === null) return undefined;
    const [id, root] = [number(row, 'history'), number(row, 'root')];
    return { id, root, commits: number(row, 'commits'), tip: textOrNull(row, 'tip') };
  };
  const write = <Result>(work: () => Result) => {
    try {
      return transaction(db, 'BEGIN IMMEDIATE', work);
    } catch (error) {
      // Authors that it has added are gone again, and commits that named them would be seen no more.
      authorIds.clear();
      throw error;
    }
  };
  /** For what may be forgotten where the power fails: it reaches the disk with whatever is written next. */
  const unsynced = (work: () => void) => {
    db.exec('PRAGMA synchronous = NORMAL');
    try {
      work();
    } finally {
      db.exec('PRAGMA synchronous = FULL');
    }
  };

  return {
    /** The id of a history that nobody sees yet. */
    begin: (): number => write(() => number(statement.newHistory.get() ?? {}, 'id')),

    /** Takes the next commits of a history that grows; `taken` have come before. */
    append: (id: number, taken: number, commits: readonly Commit[]): void =>
      write(() => {
        let pos = -taken;
        for (const commit of commits) statement.addCommit.run(id, --pos, ...valuesOf(commit));
      }),

    /** Shows a history that has grown to its end in place of the one before. */
    publish: (id: number, commits: number, history: History): Change =>
      write(() => {
        const before = known(history.url);
        const lost = before ? number(statement.countLost.get(before.id, id) ?? {}, 'lost') : 0;
        if (before !== undefined && lost > 0) {
          const some = statement.someLost.all(before.id, id).map(lostValues);
          record(history, before.tip ?? '', { count: lost, some });
        }
        show(history, { id, root: -commits, commits });
        return { added: commits - ((before?.commits ?? 0) - lost), lost };
      }),

    /** Gives up a history that nobody has seen; its rows go with the next sweep. */
    discard: (_id: number): void => {},

    extend: (
      history: History & { readonly tip: string },
      from: string,
      { fresh, lost }: Difference,
    ): Change | 'too_different' => {
      const before = known(history.url);
      if (before?.tip !== from) return 'too_different';
      const { id } = before;
      const news = new Map(fresh.map((commit) => [commit.sha, commit]));
      const old = new Map<string, Row>();
      const oldRow = (sha: string): Row | undefined => {
        const row = old.get(sha) ?? statement.bySha.get(id, Buffer.from(sha, 'hex'));
        if (row !== undefined) old.set(sha, row);
        return row;
      };
      const splice = spliceOrder({
        node: (sha) => walkable(news.get(sha) ?? toWalk(oldRow(sha))),
        oldTip: from,
        newTip: history.tip,
        fresh: new Set(news.keys()),
        lost: new Set(lost),
        limit: longestSplice,
      });
      if (splice === undefined) return 'too_different';

      const base = before.root + before.commits - splice.replaced;
      const replaced = statement.stretch.all(id, base);
      const names = replaced.map((row) => bytes(row, 'sha').toString('hex'));
      const { beginning } = splice;
      const lowest = base + unmoved(names, beginning);
      const gone = new Set(lost);
      return write(() => {
        const some = replaced
          .filter((_, index) => gone.has(names[index] ?? ''))
          .slice(0, lostCommitsKept)
          .map((row) =>
            lostValues({
              ...row,
              name: text(statement.authorName.get(number(row, 'author')) ?? {}, 'name'),
            }),
          );
        // Counted from the root, the commit at each place that has another one afterwards.
        const staying = new Set(
          beginning.filter(
            (sha, index) => names[names.length - (beginning.length - index)] === sha,
          ),
        );
        for (const [index, name] of names.entries()) {
          if (!staying.has(name)) statement.removeCommit.run(id, base + names.length - 1 - index);
        }
        for (const [index, sha] of beginning.entries()) {
          if (staying.has(sha)) continue;
          const commit = news.get(sha);
          const values = commit ? valuesOf(commit) : storedValues(oldRow(sha) ?? {});
          statement.addCommit.run(id, base + beginning.length - 1 - index, ...values);
        }
        statement.addMove.run(id, from, lowest - before.root);
        statement.forgetMoves.run(id, id);
        record(history, from, { count: lost.length, some });
        const commits = before.commits - splice.replaced + beginning.length;
        show(history, { id, root: before.root, commits });
        return { added: fresh.length, lost: lost.length };
      });
    },

    saveUnchanged: (history: History): void =>
      unsynced(() =>
        write(() => {
          const before = known(history.url);
          if (before?.tip === history.tip) show(history, before);
        }),
      ),

    saveFailure: ({
      url,
      at,
      outcome,
      nextRefreshAt,
    }: Attempt & { readonly outcome: FetchFailure }): void =>
      write(() => void statement.fail.run(at, outcome, nextRefreshAt, url)),

    /** Names a url, with its history or, where it may be missing, without; tells the url that the name stood for. */
    name: (request: {
      readonly name: string;
      readonly url: string;
      readonly maxProjects: number;
      readonly at?: number;
      readonly how: 'with_history' | 'reserve';
    }): { readonly before: string | undefined } | 'full' | 'no_history' | 'taken' =>
      write(() => {
        const { name, url, how } = request;
        const row = statement.project.get(name);
        if (how === 'with_history' && known(url) === undefined) return 'no_history';
        if (how === 'reserve' && row !== undefined) return 'taken';
        // Nothing is written then, and so nothing has to reach the disk.
        if (row?.['url'] === url) return { before: url };
        const count = number(statement.countProjects.get() ?? {}, 'count');
        if (row === undefined && count >= request.maxProjects) return 'full';
        statement.reserveUrl.run(url);
        statement.nameUrl.run(name, url, request.at ?? null);
        return { before: row && text(row, 'url') };
      }),

    removeProject: (name: string): string | undefined =>
      write(() => {
        const row = statement.removeProject.get(name);
        return row && text(row, 'url');
      }),

    dropUrl: (url: string): boolean =>
      write(() => {
        if (statement.isNamed.get(url) !== undefined) return false;
        statement.dropLost.run(url);
        statement.dropRewrites.run(url);
        statement.dropUrl.run(url);
        return true;
      }),

    /**
     * Removes a part of what no url names any more.
     * @param growing histories that are being written
     * @returns whether there is more
     */
    sweep: (growing: ReadonlySet<number>): boolean =>
      write(() => {
        const unused = statement.unused.all().map((row) => number(row, 'id'));
        const id = unused.find((history) => !growing.has(history));
        if (id === undefined) return false;
        if (Number(statement.sweepCommits.run(id, id).changes) > 0) return true;
        statement.sweepMoves.run(id);
        statement.sweepHistory.run(id);
        return true;
      }),

    /** Fails where nothing can be written. */
    check: (): void => write(() => void statement.check.run()),
  };
}

function toWalk(row: Row | undefined) {
  if (row === undefined) return undefined;
  const sha = bytes(row, 'sha');
  const parents = splitNames(bytes(row, 'parents').toString('hex'), 2 * sha.length);
  return { committedAt: numberOrNull(row, 'committed'), parents };
}

function storedValues(row: Row): readonly SQLInputValue[] {
  const columns = ['sha', 'parents', 'author', 'authored', 'zone', 'committed', 'message'] as const;
  return columns.map((column) => row[column] ?? null);
}

function lostValues(row: Row): readonly SQLInputValue[] {
  return [
    bytes(row, 'sha'),
    text(row, 'name'),
    numberOrNull(row, 'authored'),
    text(row, 'message'),
  ];
}
