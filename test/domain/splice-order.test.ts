import test from 'ava';
import { spliceOrder } from '../../domain/splice-order.ts';
import { fakeSha } from '../helpers/fake-ports.ts';

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
