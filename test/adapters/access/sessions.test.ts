import test from 'ava';
import { createTokens } from '../../../adapters/access/tokens.ts';

const given = [
  { name: 'ada', token: 'sEcret-1' },
  { name: 'ci', token: 'sEcret-2' },
];

test('a session is known until its time is over or it is closed', (t) => {
  let now = 0;
  const tokens = createTokens(given, { sessionSeconds: 60, now: () => now });
  const [first = '', second = '', other = ''] = ['sEcret-1', 'sEcret-1', 'sEcret-2'].map(
    tokens.open,
  );
  t.is(tokens.open('sEcret-3'), undefined);
  t.is(new Set([first, second, other]).size, 3);
  t.deepEqual([first, second, other, ''].map(tokens.nameOfSession), [
    'ada',
    'ada',
    'ci',
    undefined,
  ]);
  tokens.close(first);
  tokens.close('none');
  t.deepEqual([first, second].map(tokens.nameOfSession), [undefined, 'ada']);
  now = 59_999;
  t.is(tokens.nameOfSession(second), 'ada');
  now = 60_000;
  t.deepEqual([second, other].map(tokens.nameOfSession), [undefined, undefined]);
});

test('a token has at most 100 sessions, of which the oldest gives way', (t) => {
  const tokens = createTokens(given);
  const other = tokens.open('sEcret-2') ?? '';
  const sessions = Array.from({ length: 1000 }, () => tokens.open('sEcret-1') ?? '');
  const known = sessions.filter((session) => tokens.nameOfSession(session) === 'ada');
  t.deepEqual(known, sessions.slice(-100));
  t.is(tokens.nameOfSession(other), 'ci');
});
