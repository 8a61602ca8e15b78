import test from 'ava';
import { readProgress } from '../../../adapters/git/progress.ts';

test("git's lines of progress tell phase, percent and bytes", (t) => {
  t.deepEqual(readProgress('remote: Counting objects:  50% (1/2)'), { phase: 'connecting' });
  t.deepEqual(readProgress('remote: Enumerating objects: 12272, done.'), { phase: 'connecting' });
  t.deepEqual(readProgress('Resolving deltas:  40% (9/23)'), { phase: 'receiving', percent: 100 });
  t.deepEqual(readProgress('Receiving objects:  18% (2209/12272)'), {
    phase: 'receiving',
    percent: 18,
  });
  t.deepEqual(
    readProgress('Receiving objects: 100% (12272/12272), 4.50 MiB | 37.45 MiB/s, done.'),
    { phase: 'receiving', percent: 100, bytes: 4_718_592 },
  );
  t.deepEqual(readProgress('Receiving objects: 100% (3/3), 512 bytes | 512.00 KiB/s, done.'), {
    phase: 'receiving',
    percent: 100,
    bytes: 512,
  });
});

test('what else git writes is no progress', (t) => {
  for (const line of [
    'fatal: repository not found',
    'remote: Receiving nothing',
    'From http://a/b',
  ]) {
    t.is(readProgress(line), undefined, line);
  }
});
