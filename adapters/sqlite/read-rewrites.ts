import type { DatabaseSync } from 'node:sqlite';
import { rewritesToSkip } from '../../domain/history/rewrites.ts';
import type { LostCommit, Rewrite, RewritePage, StorePort } from '../../domain/index.ts';
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
      'SELECT sha, author, authored, message FROM lost_commits WHERE rewrite = ? ORDER BY place',
    ),
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

    lostCommits(name: string, newTip: string | null): readonly LostCommit[] {
      const rewrite = statement.to.get(name, newTip);
      if (rewrite === undefined) return [];
      return statement.lost.all(number(rewrite, 'id')).map((row) => ({
        sha: bytes(row, 'sha').toString('hex'),
        author: text(row, 'author'),
        authoredAt: numberOrNull(row, 'authored'),
        message: text(row, 'message'),
      }));
    },
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
