import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  lostCommitsKept,
  type Attempt,
  type Change,
  type Commit,
  type Difference,
  type History,
} from '../../domain/index.ts';
import { isSameHour } from '../../domain/activity.ts';
import { keptReorders, commonSuffixLength } from '../../domain/history/reorders.ts';
import { spliceOrder, toGraphNode, type GraphNode } from '../../domain/history/splice-order.ts';
import { createMeasure } from './measure.ts';
import { createLostCommits } from './lost-commits.ts';
import { splitNames, zoneOf } from './rows.ts';
import type { Steps } from './steps.ts';
import { createSweep } from './sweep.ts';
import { transaction } from './transaction.ts';
import { bytes, number, numberOrNull, text, textOrNull, type Row } from './values.ts';
import { createProjectWriter } from './write-projects.ts';
import { createRewriteWriter } from './write-rewrites.ts';

/** A history of which more would change is written anew, in small steps. */
const longestSplice = 20_000;

export type Writer = ReturnType<typeof createWriter>;

/**
 * Writes; each call is one transaction, which comes last where the call takes many steps. A history is grown out of sight, and
 * shown by one last call.
 */
export function createWriter(db: DatabaseSync) {
  const statement = {
    url: db.prepare('SELECT * FROM urls WHERE url = ?'),
    newHistory: db.prepare('INSERT INTO histories DEFAULT VALUES RETURNING id'),
    author: db.prepare('SELECT id FROM authors WHERE name = ?'),
    newAuthor: db.prepare('INSERT INTO authors (name) VALUES (?) RETURNING id'),
    addCommit: db.prepare('INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    removeCommit: db.prepare('DELETE FROM commits WHERE history = ? AND pos = ?'),
    bySha: db.prepare('SELECT * FROM commits INDEXED BY commits_sha WHERE history = ? AND sha = ?'),
    // What a walk looks at, of very many commits: without the texts, which may have 5 kB.
    node: db.prepare(
      'SELECT sha, parents, committed FROM commits INDEXED BY commits_sha WHERE history = ? AND sha = ?',
    ),
    top: db.prepare(
      'SELECT committed FROM commits WHERE history = ? AND pos >= ? ORDER BY pos DESC LIMIT 1',
    ),
    // Without the parents, which may be 1,000 of each.
    commitsFrom: db.prepare(
      'SELECT sha, author, authored, message FROM commits WHERE history = ? AND pos >= ? ORDER BY pos DESC',
    ),
    beginAttempt: db.prepare(
      'INSERT INTO attempts VALUES (?, ?, 1) ON CONFLICT (url) DO UPDATE SET at = excluded.at, times = times + 1',
    ),
    endAttempt: db.prepare('DELETE FROM attempts WHERE url = ?'),
    saveActivity: db.prepare(
      'UPDATE urls SET activity = ? WHERE url = ? AND history = ? AND tip = ?',
    ),
    authorName: db.prepare('SELECT name FROM authors WHERE id = ?'),
    addMove: db.prepare('INSERT INTO moves (history, tip_before, lowest) VALUES (?, ?, ?)'),
    forgetMoves: db.prepare(
      `DELETE FROM moves WHERE history = ? AND id NOT IN
       (SELECT id FROM moves WHERE history = ? ORDER BY id DESC LIMIT ${keptReorders})`,
    ),
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
  };

  const measure = createMeasure(db);
  const findLost = createLostCommits(db);
  const record = createRewriteWriter(db);
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
  const endAttempt = (url: string) => void statement.endAttempt.run(url);
  const publishRow = (
    found: History,
    rows: { readonly id: number; readonly root: number; readonly commits: number },
    activity: string | null,
  ) => {
    const top = statement.top.get(rows.id, rows.root + rows.commits - 1);
    const committedAt = top === undefined ? null : numberOrNull(top, 'committed');
    const { url, tip, defaultBranch, tipChangedAt, at, nextRefreshAt } = found;
    const { id, root, commits } = rows;
    endAttempt(url);
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
      activity,
    );
  };
  const known = (url: string) => {
    const row = statement.url.get(url);
    if (row === undefined || row['history'] === null) return undefined;
    const [id, root] = [number(row, 'history'), number(row, 'root')];
    return {
      id,
      root,
      commits: number(row, 'commits'),
      tip: textOrNull(row, 'tip'),
      succeededAt: numberOrNull(row, 'last_success_at'),
      activity: textOrNull(row, 'activity'),
    };
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

  const sweep = createSweep(db, { write, authorsRemoved: () => authorIds.clear() });

  return {
    /** Reaches the disk with whatever is written next: it is to survive this process, not the machine. */
    beginAttempt: ({ url, at }: Pick<Attempt, 'url' | 'at'>): void =>
      unsynced(() => void statement.beginAttempt.run(url, at)),

    dropAttempt: (url: string): void => unsynced(() => endAttempt(url)),

    /** The id of a history that nobody sees yet. */
    begin: (): number => write(() => number(statement.newHistory.get() ?? {}, 'id')),

    /**
     * Takes the next commits of a history that grows; `taken` have come before. They need not be on the disk before
     * somebody sees them, and showing them waits for all of it.
     */
    append: (id: number, taken: number, commits: readonly Commit[]): void =>
      unsynced(() =>
        write(() => {
          // Upwards, since SQLite leaves pages half empty that are filled downwards.
          let pos = -taken - commits.length;
          for (const commit of commits.toReversed()) {
            statement.addCommit.run(id, pos++, ...valuesOf(commit));
          }
        }),
      ),

    /** Shows a history that has grown to its end in place of the one before. */
    *publish(id: number, commits: number, history: History): Steps<Change> {
      const activity = yield* measure(id, history.at);
      for (;;) {
        const before = known(history.url);
        const lost = before ? yield* findLost(before, id) : { count: 0, some: [] };
        const change = write(() => {
          const now = known(history.url);
          // Another one has come between the steps.
          if (now?.id !== before?.id || now?.tip !== before?.tip) return undefined;
          record(history, before?.tip ?? '', lost);
          publishRow(history, { id, root: -commits, commits }, activity);
          const kept = (before?.commits ?? 0) - lost.count;
          return { added: commits - kept, lost: lost.count };
        });
        if (change !== undefined) return change;
      }
    },

    /** Gives up a history that nobody has seen; its rows go with the next sweep. */
    discard: (_id: number): void => {},

    *extend(
      history: History & { readonly tip: string },
      from: string,
      { fresh, lost }: Difference,
    ): Steps<Change | 'too_different'> {
      const before = known(history.url);
      if (before?.tip !== from) return 'too_different';
      const { id } = before;
      const news = new Map(fresh.map((commit) => [commit.sha, commit]));
      // Both walks ask for most of them.
      const old = new Map<string, GraphNode | undefined>();
      const oldNode = (sha: string): GraphNode | undefined => {
        if (old.has(sha)) return old.get(sha);
        const found = toGraphNode(toWalk(statement.node.get(id, Buffer.from(sha, 'hex'))));
        old.set(sha, found);
        return found;
      };
      const splice = spliceOrder({
        node: (sha) => (news.has(sha) ? toGraphNode(news.get(sha)) : oldNode(sha)),
        oldTip: from,
        newTip: history.tip,
        fresh: new Set(news.keys()),
        lost: new Set(lost),
        limit: longestSplice,
      });
      if (splice === undefined) return 'too_different';

      const base = before.root + before.commits - splice.replaced;
      const replaced = statement.commitsFrom.all(id, base);
      const names = replaced.map((row) => bytes(row, 'sha').toString('hex'));
      const { beginning } = splice;
      const lowest = base + commonSuffixLength(names, beginning);
      const gone = new Set(lost);
      const change = { added: fresh.length, lost: lost.length };
      const measuring = measure(id, history.at);
      const isMeasured = write(() => {
        const some = replaced
          .filter((_, index) => gone.has(names[index] ?? ''))
          .slice(0, lostCommitsKept)
          .map((row) => ({
            ...row,
            name: text(statement.authorName.get(number(row, 'author')) ?? {}, 'name'),
          }));
        // Counted from the root, the commit at each place that has another one afterwards.
        const staying = new Set(
          beginning.filter(
            (sha, index) => names[names.length - (beginning.length - index)] === sha,
          ),
        );
        const moved = new Map(
          beginning
            .filter((sha) => !staying.has(sha) && !news.has(sha))
            .map((sha) => {
              const row = statement.bySha.get(id, Buffer.from(sha, 'hex')) ?? {};
              return [sha, storedValues(row)];
            }),
        );
        for (const [index, name] of names.entries()) {
          if (!staying.has(name)) statement.removeCommit.run(id, base + names.length - 1 - index);
        }
        for (const [index, sha] of beginning.entries()) {
          if (staying.has(sha)) continue;
          const commit = news.get(sha);
          const values = commit ? valuesOf(commit) : (moved.get(sha) ?? []);
          statement.addCommit.run(id, base + beginning.length - 1 - index, ...values);
        }
        statement.addMove.run(id, from, lowest - before.root);
        statement.forgetMoves.run(id, id);
        record(history, from, { count: lost.length, some });
        const commits = before.commits - splice.replaced + beginning.length;
        // Most histories are measured in one step; until others are, what was measured before stays.
        const step = measuring.next();
        const activity = step.done === true ? step.value : before.activity;
        publishRow(history, { id, root: before.root, commits }, activity);
        if (lost.length > 0) sweep.commitsRemoved();
        return step.done === true;
      });
      if (isMeasured) return change;
      yield;
      const activity = yield* measuring;
      unsynced(() => void statement.saveActivity.run(activity, history.url, id, history.tip));
      return change;
    },

    *touchHistory(history: History): Steps<void> {
      const before = known(history.url);
      const isSame = before?.tip === history.tip;
      // Each success has measured it, or found it measured in the same hour.
      const isLately = isSameHour(before?.succeededAt ?? 0, history.at);
      const lately = isLately ? (before?.activity ?? null) : null;
      const activity = isSame && lately === null ? yield* measure(before.id, history.at) : lately;
      unsynced(() =>
        write(() => {
          const now = known(history.url);
          if (now === undefined || now.tip !== history.tip) return endAttempt(history.url);
          publishRow(history, now, now.id === before?.id ? activity : now.activity);
        }),
      );
    },

    ...createProjectWriter(db, {
      write,
      hasHistory: (url) => known(url) !== undefined,
      endAttempt,
    }),

    sweep: sweep.step,
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
