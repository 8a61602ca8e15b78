import test from 'ava';
import { startOfWeek, weekOf, yearOf, yearSeenAt } from '../../../domain/history/activity.ts';

test('weeks begin on Monday', (t) => {
  t.is(new Date(startOfWeek(1) * 1000).toUTCString(), 'Mon, 05 Jan 1970 00:00:00 GMT');
  t.is(weekOf(startOfWeek(2900)), 2900);
  t.is(weekOf(startOfWeek(2900) - 1), 2899);
});

test('a year that was counted earlier ends with weeks of which nothing is known', (t) => {
  const now = startOfWeek(2900);
  const weeks = yearOf(now, new Map([[2900, 5]]));
  t.deepEqual(yearSeenAt(now + 60, weeks, now), weeks);
  const later = yearSeenAt(startOfWeek(2903), weeks, now);
  t.is(later.length, 52);
  t.is(later.indexOf(5), 48);
  t.true(yearSeenAt(startOfWeek(3900), weeks, now).every((commits) => commits === 0));
});
