import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { planExtension, type Extension } from '../../domain/history/extend-history.ts';
import { keptReorders } from '../../domain/history/reorders.ts';
import { toGraphNode } from '../../domain/history/splice-order.ts';
import type { Change, Difference, History } from '../../domain/index.ts';
import type { Lost } from './lost-commits.ts';
import { splitNames } from './rows.ts';
import type { Steps } from './steps.ts';
import type { Transactions } from './transactions.ts';
import { bytes, number, numberOrNull, type Row } from './values.ts';
import type { FactWriter, WrittenHistory } from './write-facts.ts';
import type { RowWriter } from './write-rows.ts';

/** A history of which more would change is written anew, in small steps. */
const maxSplice = 20_000;

/** So is one of which more text would change, in bytes: one transaction writes all of it. */
const maxSpliceBytes = 4 * 1024 ** 2;

interface Parts {
  readonly transactions: Transactions;
  readonly facts: FactWriter;
  readonly rows: RowWriter;
  readonly measure: (history: number, now: number) => Steps<string>;
  readonly addRewrite: (history: History, oldTip: string, lost: Lost) => void;
  /** Is told that commits have gone. */
  readonly commitsRemoved: () => void;
}

/** Changes the rows of a history by what lies between two tips. */
export function createExtender(db: DatabaseSync, parts: Parts) {
  const { transactions, facts, rows, measure, addRewrite, commitsRemoved } = parts;
  const statement = {
    // What a walk looks at, of very many commits: without the texts, which may have 5 kB.
    node: db.prepare(
      'SELECT sha, parents, committed FROM commits INDEXED BY commits_sha WHERE history = ? AND sha = ?',
    ),
    newest: db.prepare('SELECT sha FROM commits WHERE history = ? ORDER BY pos DESC LIMIT ?'),
    bySha: db.prepare('SELECT * FROM commits INDEXED BY commits_sha WHERE history = ? AND sha = ?'),
    lost: db.prepare(
      `SELECT sha, name, authored, message FROM commits INDEXED BY commits_sha JOIN authors ON id = author
       WHERE history = ? AND sha = ?`,
    ),
    textBytes: db.prepare(
      'SELECT total(octet_length(message)) AS bytes FROM commits WHERE history = ? AND pos >= ?',
    ),
    remove: db.prepare('DELETE FROM commits WHERE history = ? AND pos = ?'),
    addReorder: db.prepare('INSERT INTO moves (history, tip_before, lowest) VALUES (?, ?, ?)'),
    dropReorders: db.prepare(
      `DELETE FROM moves WHERE history = ? AND id NOT IN
       (SELECT id FROM moves WHERE history = ? ORDER BY id DESC LIMIT ${keptReorders})`,
    ),
  };

  const plan = ({ id, commits }: WrittenHistory, from: string, to: string, diff: Difference) => {
    const stored = {
      commits,
      node: (sha: string) => toGraphNode(toWalk(statement.node.get(id, Buffer.from(sha, 'hex')))),
      newest: (count: number) =>
        statement.newest.all(id, count).map((row) => bytes(row, 'sha').toString('hex')),
    };
    return planExtension(stored, { from, to, limit: maxSplice }, diff);
  };

  const apply = ({ id, root }: WrittenHistory, { removed, inserted, reorder }: Extension) => {
    const values = inserted.map(({ sha, fresh }) =>
      fresh ? rows.valuesOf(fresh) : storedValues(statement.bySha.get(id, Buffer.from(sha, 'hex'))),
    );
    for (const position of removed) statement.remove.run(id, root + position);
    for (const [index, { position }] of inserted.entries()) {
      rows.insert(id, root + position, values[index] ?? []);
    }
    statement.addReorder.run(id, reorder.tipBefore, reorder.lowest);
    statement.dropReorders.run(id, id);
  };

  return function* extend(
    history: History & { readonly tip: string },
    from: string,
    difference: Difference,
  ): Steps<Change | 'too_different'> {
    const before = facts.find(history.url);
    if (before?.tip !== from) return 'too_different';
    const { id, root } = before;
    const extension = plan(before, from, history.tip, difference);
    if (extension === undefined) return 'too_different';
    const lowest = extension.removed.at(-1);
    if (lowest !== undefined) {
      const row = statement.textBytes.get(id, root + lowest) ?? {};
      if (number(row, 'bytes') > maxSpliceBytes) return 'too_different';
    }
    const { change, commits } = extension;
    const measuring = measure(id, history.at);
    const isMeasured = transactions.write(() => {
      const some = extension.lost.map(
        (sha) => statement.lost.get(id, Buffer.from(sha, 'hex')) ?? {},
      );
      apply(before, extension);
      addRewrite(history, from, { count: change.lost, some });
      // Most histories are measured in one step; until others are, what was measured before stays.
      const step = measuring.next();
      const activity = step.done === true ? step.value : before.activity;
      facts.publish(history, { id, root, commits }, activity);
      if (change.lost > 0) commitsRemoved();
      return step.done === true;
    });
    if (isMeasured) return change;
    yield;
    const activity = yield* measuring;
    transactions.unsynced(() => facts.saveActivity(activity, history, id));
    return change;
  };
}

function toWalk(row: Row | undefined) {
  if (row === undefined) return undefined;
  const sha = bytes(row, 'sha');
  const parents = splitNames(bytes(row, 'parents').toString('hex'), 2 * sha.length);
  return { committedAt: numberOrNull(row, 'committed'), parents };
}

function storedValues(row: Row = {}): readonly SQLInputValue[] {
  const columns = ['sha', 'parents', 'author', 'authored', 'zone', 'committed', 'message'] as const;
  return columns.map((column) => row[column] ?? null);
}
