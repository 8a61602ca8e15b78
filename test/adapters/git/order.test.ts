import test from 'ava';
import { followHistory } from '../../helpers/follow-history.ts';

test('after 60 random pushes, merges and forced pushes the order is that of git log', async (t) => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
  await followHistory(t, { steps: 60, seed });
});
