import test from 'ava';
import { crash } from './crash.ts';

test('what was acknowledged is there after each of 5 kills', async (t) => {
  // So few could miss the writes by chance more often than many do.
  await crash(t, { kills: 5, readyWithin: 60_000, whileWriting: 0.2 });
});
