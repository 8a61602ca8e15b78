import fc from 'fast-check';
import test from 'ava';
import { nextRefreshAt } from '../../../domain/use-cases/schedule.ts';

const now = 1_800_000_000;
const rules = { minSeconds: 45, maxSeconds: 28_800 };
const after = (situation: Partial<Parameters<typeof nextRefreshAt>[0]>) =>
  nextRefreshAt({ now, tipChangedAt: now, failures: 0, jitter: 0, ...situation }, rules) - now;

test('a remote is asked again after half the time since its tip changed', (t) => {
  t.is(after({ tipChangedAt: now - 3600 }), 1800);
  t.is(after({ tipChangedAt: now - 20 }), 45);
  t.is(after({ tipChangedAt: now - 1e7 }), 28_800);
  t.is(after({ tipChangedAt: now + 1e7 }), 45);
});

test('each failure doubles the time, up to the longest', (t) => {
  t.is(after({ failures: 1 }), 90);
  t.is(after({ failures: 3 }), 360);
  t.is(after({ failures: 1000 }), 28_800);
});

test('what the remote asks for comes first, up to the longest time', (t) => {
  t.is(after({ retryAfterSeconds: 600 }), 600);
  t.is(after({ retryAfterSeconds: 5 }), 45);
  t.is(after({ retryAfterSeconds: 1e9 }), 28_800);
});

test('chance adds a tenth at most, and at the longest takes it away', (t) => {
  t.is(after({ tipChangedAt: now - 2000, jitter: 1 }), 1100);
  t.is(after({ tipChangedAt: now - 1e7, jitter: 1 }), 25_920);
});

test('the time is never outside its bounds', (t) => {
  const situation = fc.record({
    now: fc.constant(now),
    tipChangedAt: fc.integer({ min: 0, max: 3_000_000_000 }),
    failures: fc.nat(2000),
    retryAfterSeconds: fc.option(fc.nat(1e6), { nil: undefined }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const bounds = fc
    .tuple(fc.integer({ min: 1, max: 1e5 }), fc.nat(1e6))
    .map(([minSeconds, more]) => ({ minSeconds, maxSeconds: minSeconds + more }));
  fc.assert(
    fc.property(situation, bounds, (given, within) => {
      const seconds = nextRefreshAt(given, within) - now;
      return seconds >= within.minSeconds && seconds <= within.maxSeconds;
    }),
  );
  t.pass();
});
