import test from 'ava';
import { scaled } from '../kit/counts.ts';
import { crash } from './crash.ts';

const kills = scaled(20);

test(`what was acknowledged is there after each of ${kills} kills`, async (t) => {
  t.timeout(kills * 10_000);
  await crash(t, { kills, readyWithin: 20_000, whileWriting: 0.4 });
});
