import test from 'ava';
import { followHistory } from './follow-history.ts';

test('after 20 random pushes, merges and forced pushes the order is that of git log', async (t) => {
  await followHistory(t, 20);
});
