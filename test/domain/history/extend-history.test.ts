import test from 'ava';
import { planExtension } from '../../../domain/history/extend-history.ts';
import { toGraphNode } from '../../../domain/history/splice-order.ts';
import type { Commit } from '../../../domain/index.ts';
import { fakeCommits, fakeSha } from '../../kit/fake-ports.ts';

const limit = 100;

/** What a store has read of these commits, newest first. */
function rowsOf(commits: readonly Commit[]) {
  return {
    commits: commits.length,
    node: (sha: string) => toGraphNode(commits.find((commit) => commit.sha === sha)),
    newest: (count: number) => commits.slice(0, count).map(({ sha }) => sha),
  };
}

test('a push inserts rows above all others, and touches none of them', (t) => {
  const [second, first, ...before] = fakeCommits(12);
  const fresh = [second, first].filter((commit) => commit !== undefined);
  const tips = { from: fakeSha(10), to: fakeSha(12), limit };
  t.deepEqual(planExtension(rowsOf(before), tips, { fresh, lost: [] }), {
    commits: 12,
    change: { added: 2, lost: 0 },
    reorder: { tipBefore: fakeSha(10), lowest: 10 },
    removed: [],
    inserted: [
      { position: 11, sha: fakeSha(12), fresh: second },
      { position: 10, sha: fakeSha(11), fresh: first },
    ],
    lost: [],
  });
});

test('a forced push deletes the rows of what it drops, and keeps their names newest first', (t) => {
  const before = fakeCommits(10);
  const [tip] = fakeCommits(11, () => ({ parents: [fakeSha(8)] }));
  const fresh = tip === undefined ? [] : [tip];
  const lost = [fakeSha(9), fakeSha(10)];
  t.like(
    planExtension(rowsOf(before), { from: fakeSha(10), to: fakeSha(11), limit }, { fresh, lost }),
    {
      commits: 9,
      change: { added: 1, lost: 2 },
      reorder: { lowest: 8 },
      removed: [9, 8],
      inserted: [{ position: 8, sha: fakeSha(11) }],
      lost: [fakeSha(10), fakeSha(9)],
    },
  );
});

test('a merge of an old branch moves what it comes between: those rows are deleted and inserted higher', (t) => {
  const before = fakeCommits(4);
  const [merge, side] = fakeCommits(6, (number) =>
    number === 6
      ? { parents: [fakeSha(4), fakeSha(5)] }
      : { parents: [fakeSha(1)], committedAt: 1_700_000_102 },
  );
  const fresh = [merge, side].filter((commit) => commit !== undefined);
  const plan = planExtension(
    rowsOf(before),
    { from: fakeSha(4), to: fakeSha(6), limit },
    { fresh, lost: [] },
  );
  t.like(plan, { commits: 6, reorder: { tipBefore: fakeSha(4) }, lost: [] });
  const rows = new Map(before.map(({ sha }, index) => [before.length - 1 - index, sha]));
  for (const position of plan?.removed ?? []) rows.delete(position);
  for (const { position, sha } of plan?.inserted ?? []) rows.set(position, sha);
  t.deepEqual(
    Array.from({ length: 6 }, (_, index) => rows.get(5 - index)),
    [6, 4, 3, 5, 2, 1].map(fakeSha),
  );
  t.is(rows.get(plan?.reorder.lowest ?? 0), fakeSha(5));
});
