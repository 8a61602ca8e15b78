import test from 'ava';
import { createTemplateEngine } from '../../views/render.ts';
import { heapAfterCollection } from '../kit/heap.ts';

test('of the times that were written ten thousand are kept at most', (t) => {
  const write = createTemplateEngine().compile('{{ at | datetime }}');
  t.is(write({ at: 1_700_000_000 }), '2023-11-14T22:13:20Z');
  const before = heapAfterCollection();
  for (let at = 0; at < 300_000; at++) write({ at });
  const megabytes = (heapAfterCollection() - before) / 1e6;
  // Three hundred thousand take 25 MB.
  t.true(megabytes < 8, `${megabytes} MB`);
});
