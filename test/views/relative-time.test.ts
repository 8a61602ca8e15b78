import test from 'ava';
import { relativeTime } from '../../views/browser/relative-time.ts';

const table = [
  [0, 'just now'],
  [-59, 'just now'],
  [59, 'in a moment'],
  [-60, '1 minute ago'],
  [-3599, '59 minutes ago'],
  [-3 * 3600, '3 hours ago'],
  [-86_400, 'yesterday'],
  [-13 * 86_400, 'last week'],
  [-45 * 86_400, 'last month'],
  [-800 * 86_400, '2 years ago'],
  [300, 'in 5 minutes'],
] as const;

for (const [distance, words] of table) {
  test(`${distance} seconds from now are called ${words}`, (t) => {
    t.is(relativeTime(1_700_000_000 + distance, 1_700_000_000), words);
  });
}
