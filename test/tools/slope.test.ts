import test from 'ava';
import { courseOf } from './slope.ts';

test('a value that rises evenly has that slope, and one that came to its level has none', (t) => {
  const rising = Array.from({ length: 30 }, (_, at) => ({ at: at * 60, value: 100 + at }));
  const course = courseOf(rising);
  t.true(Math.abs((course?.perHour ?? 0) - 60) < 1e-6);
  t.true(Math.abs((course?.rise ?? 0) - 19) < 1);
  const level = Array.from({ length: 30 }, (_, at) => ({ at, value: Math.min(at, 9) }));
  t.is(courseOf(level)?.rise, 0);
  t.is(courseOf(level)?.mean, 9);
});

test('of too few samples nothing is said', (t) => {
  t.is(courseOf([{ at: 0, value: 1 }]), undefined);
});
