import type { DatabaseSync } from 'node:sqlite';
import { maxPageBytes, storedBytes } from '../../domain/history/page-bytes.ts';
import { rewritesToSkip } from '../../domain/history/rewrites.ts';
import type { LostCommit, LostPage, Rewrite, RewritePage, StorePort } from '../../domain/index.ts';
import { transaction } from './transactions.ts';
import { bytes, number, numberOrNull, text, textOrNull, type Row } from './values.ts';

/** Reads what rewrites took away. */
export function readRewrites(db: DatabaseSync) {
  const ofProject = 'FROM rewrites JOIN projects USING (url) WHERE name = ?';
  const columns = 'id, at, old_tip, new_tip, lost';
  const statement = {
    count: db.prepare(`SELECT count(*) AS total ${ofProject}`),
    page: db.prepare(`SELECT ${columns} ${ofProject} ORDER BY id DESC LIMIT ? OFFSET ?`),
    to: db.prepare(`SELECT ${columns} ${ofProject} AND new_tip IS ? ORDER BY id DESC LIMIT 1`),
    lost: db.prepare(
      `SELECT sha, author, authored, message FROM lost_commits WHERE rewrite = ? AND place >= ?
       ORDER BY place LIMIT ?`,
    ),
    countLost: db.prepare('SELECT count(*) AS total FROM lost_commits WHERE rewrite = ?'),
  };

  return {
    rewrites: (name: string, { rest, limit }: Parameters<StorePort['rewrites']>[1]): RewritePage =>
      transaction(db, 'BEGIN', () => {
        const total = number(statement.count.get(name) ?? {}, 'total');
        const page = statement.page.all(name, limit, rewritesToSkip(total, rest));
        return { total, rewrites: page.map(toRewrite) };
      }),

    rewriteTo(name: string, newTip: string | null): Rewrite | undefined {
      const row = statement.to.get(name, newTip);
      return row && toRewrite(row);
    },

    lostCommits: (
      name: string,
      newTip: string | null,
      { start, limit }: Parameters<StorePort['lostCommits']>[2],
    ): LostPage | undefined =>
      transaction(db, 'BEGIN', () => {
        const rewrite = statement.to.get(name, newTip);
        if (rewrite === undefined) return undefined;
        const id = number(rewrite, 'id');
        const total = number(statement.countLost.get(id) ?? {}, 'total');
        const commits: LostCommit[] = [];
        let size = 0;
        for (const row of statement.lost.iterate(id, start, limit)) {
          const commit = toLostCommit(row);
          commits.push(commit);
          size += storedBytes(commit);
          if (size >= maxPageBytes) break;
        }
        return { rewrite: toRewrite(rewrite), total, commits };
      }),
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

function toRewrite(row: Row): Rewrite {
  return {
    at: number(row, 'at'),
    oldTip: text(row, 'old_tip'),
    newTip: textOrNull(row, 'new_tip'),
    lost: number(row, 'lost'),
  };
}
