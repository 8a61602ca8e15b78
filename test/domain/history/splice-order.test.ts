import test from 'ava';
import { spliceOrder } from '../../../domain/history/splice-order.ts';
import { fakeSha } from '../../kit/fake-ports.ts';

test('two walks that come to very many parents are given up, however few commits they show', (t) => {
  let asked = 0;
  const splice = (parentsOfEach: number) => {
    asked = 0;
    return spliceOrder({
      // Each commit's parents are the next ones, and the old tip is one of the new one's.
      node: (sha) => {
        asked++;
        const number = Number.parseInt(sha.slice(0, 8), 16);
        return {
          committedAt: 1e9 - number,
          parents: Array.from({ length: parentsOfEach }, (_, index) => fakeSha(number + 1 + index)),
        };
      },
      oldTip: fakeSha(2),
      newTip: fakeSha(1),
      fresh: new Set([fakeSha(1)]),
      lost: new Set(),
      limit: 100,
    });
  };
  t.deepEqual(splice(1), { beginning: [fakeSha(1)], replaced: 0 });
  t.is(splice(1000), undefined);
  t.true(asked < 10, `${asked} commits`);
});

test('a walk comes to no more than twice as many commits as a beginning may have', (t) => {
  const asked = new Set<string>();
  const splice = spliceOrder({
    // Each commit has three parents of its own.
    node: (sha) => {
      asked.add(sha);
      const number = Number.parseInt(sha.slice(0, 8), 16);
      const parents = [0, 1, 2].map((index) => fakeSha(3 * number + index));
      return { committedAt: 1e9 - number, parents };
    },
    oldTip: fakeSha(3),
    newTip: fakeSha(1),
    fresh: new Set([fakeSha(1), fakeSha(2 ** 31)]),
    lost: new Set(),
    limit: 1000,
  });
  t.is(splice, undefined);
  t.true(asked.size < 2010, `${asked.size} commits`);
});
