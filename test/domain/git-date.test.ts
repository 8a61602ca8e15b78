import test from 'ava';
import fc from 'fast-check';
import { formatGitDate } from '../../domain/git-date.ts';

test('a date is written in its own zone, as git writes it', (t) => {
  t.is(formatGitDate('1700000000 +0000'), 'Tue Nov 14 22:13:20 2023 +0000');
  t.is(formatGitDate('1700000000 +0530'), 'Wed Nov 15 03:43:20 2023 +0530');
  t.is(formatGitDate('1700000000 -0930'), 'Tue Nov 14 12:43:20 2023 -0930');
  t.is(formatGitDate('1700000000 +1400'), 'Wed Nov 15 12:13:20 2023 +1400');
  t.is(formatGitDate('0 +0000'), 'Thu Jan 1 00:00:00 1970 +0000');
  t.is(formatGitDate('3600 -0100'), 'Thu Jan 1 00:00:00 1970 -0100');
});

test('a date is null where git has none, or its local time lies before 1970', (t) => {
  for (const raw of ['', '100 -0930', '3599 -0100', '0 -0001']) t.is(formatGitDate(raw), null, raw);
});

test('years beyond those of JavaScript are written too, until git itself gives up', (t) => {
  t.is(formatGitDate('1700000000000 +0000'), 'Sun Nov 8 22:13:20 55840 +0000');
  t.is(formatGitDate('67768036191676799 +0000'), 'Wed Dec 31 23:59:59 -2147481749 +0000');
  t.is(formatGitDate('67768036191676800 +0000'), 'Thu Jan 1 00:00:00 1970 +0000');
});

test('a date read back by the platform is the same instant', (t) => {
  const zones = fc.integer({ min: -14 * 60, max: 14 * 60 });
  fc.assert(
    fc.property(fc.integer({ min: 86_400, max: 253_402_214_400 }), zones, (epoch, minutes) => {
      const clock = Math.floor(Math.abs(minutes) / 60) * 100 + (Math.abs(minutes) % 60);
      const zone = `${minutes < 0 ? '-' : '+'}${String(clock).padStart(4, '0')}`;
      const text = formatGitDate(`${epoch} ${zone}`);
      t.is(Date.parse(text ?? ''), epoch * 1000);
    }),
  );
});
