import test from 'ava';
import { scaled } from '../../kit/counts.ts';
import { followHistory } from './follow-history.ts';

const pushes = scaled(30);

test(`after ${pushes} random pushes, merges and forced pushes the order is that of git log`, async (t) => {
  await followHistory(t, pushes);
});
