import type { DatabaseSync } from 'node:sqlite';
import { keptRewrites, maxRewrites, type History } from '../../domain/index.ts';
import type { Lost } from './lost-commits.ts';
import { bytes, number, numberOrNull, text } from './values.ts';

/** Keeps what forced pushes take away, the newest of them with the commits that were lost. */
export function createRewriteWriter(
  db: DatabaseSync,
): (history: History, oldTip: string, lost: Lost) => void {
  const statement = {
    add: db.prepare(
      'INSERT INTO rewrites (url, at, old_tip, new_tip, lost) VALUES (?, ?, ?, ?, ?) RETURNING id',
    ),
    addLost: db.prepare('INSERT INTO lost_commits VALUES (?, ?, ?, ?, ?, ?)'),
    // Each new rewrite takes them from one older one: those before it have none any more.
    forgetLost: db.prepare(
      `DELETE FROM lost_commits WHERE rewrite =
       (SELECT id FROM rewrites WHERE url = ? ORDER BY id DESC LIMIT 1 OFFSET ${keptRewrites})`,
    ),
    forgetOldest: db.prepare(
      `DELETE FROM rewrites WHERE url = ?1 AND id <=
       (SELECT id FROM rewrites WHERE url = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${maxRewrites})`,
    ),
  };

  return ({ url, at, tip }, oldTip, { count, some }) => {
    if (count === 0) return;
    const rewrite = number(statement.add.get(url, at, oldTip, tip, count) ?? {}, 'id');
    for (const [place, row] of some.entries()) {
      statement.addLost.run(
        rewrite,
        place,
        bytes(row, 'sha'),
        text(row, 'name'),
        numberOrNull(row, 'authored'),
        text(row, 'message'),
      );
    }
    statement.forgetLost.run(url);
    statement.forgetOldest.run(url);
  };
}
