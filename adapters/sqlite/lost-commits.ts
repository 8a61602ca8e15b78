import type { DatabaseSync } from 'node:sqlite';
import { lostCommitsKept } from '../../domain/index.ts';
import type { Steps } from './steps.ts';
import { number, type Row } from './values.ts';

/** Commits that one step looks up; others want to write meanwhile. */
const commitsPerStep = 5000;

/** What a new history has lost: how many commits, and those of them that are kept, with the names of their authors. */
export interface Lost {
  readonly count: number;
  readonly some: readonly Row[];
}

interface Rows {
  readonly id: number;
  readonly root: number;
  readonly commits: number;
}

/** Finds the commits of a history that another one has not, newest first, a bounded piece of work at a time. */
export function createLostCommits(db: DatabaseSync): (before: Rows, now: number) => Steps<Lost> {
  const isLost = `history = ? AND pos >= ? AND pos < ?
    AND NOT EXISTS (SELECT 1 FROM commits INDEXED BY commits_sha WHERE history = ? AND sha = old.sha)`;
  const count = db.prepare(`SELECT count(*) AS lost FROM commits AS old WHERE ${isLost}`);
  const newest = db.prepare(
    `SELECT sha, name, authored, message FROM commits AS old JOIN authors ON id = author
     WHERE ${isLost} ORDER BY pos DESC LIMIT ?`,
  );

  return function* findLost({ id, root, commits }, now) {
    let lost = 0;
    const some: Row[] = [];
    for (let end = root + commits; end > root; end -= commitsPerStep) {
      const stretch = [id, Math.max(root, end - commitsPerStep), end, now] as const;
      const counted = number(count.get(...stretch) ?? {}, 'lost');
      const rest = lostCommitsKept - some.length;
      if (counted > 0 && rest > 0) some.push(...newest.all(...stretch, rest));
      lost += counted;
      if (end - commitsPerStep > root) yield;
    }
    return { count: lost, some };
  };
}
