import test from 'ava';
import { crash } from './helpers/crash.ts';

test('what was acknowledged is there after each of 10 kills', async (t) => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
  await crash(t, { kills: 10, seed, readyWithin: 10_000 });
});
