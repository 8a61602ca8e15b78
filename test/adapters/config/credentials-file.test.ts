import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { openCredentials } from '../../../adapters/config/credentials-file.ts';
import { ConfigError } from '../../../adapters/config/variables.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

/** A file for its owner alone, and what opening it warns of. */
async function writeCredentials(t: ExecutionContext, text: string) {
  const path = join(await temporaryDirectory(t), 'credentials');
  await writeFile(path, text, { mode: 0o600 });
  const warnings: string[] = [];
  return { path, warnings, open: () => openCredentials(path, (said) => warnings.push(said)) };
}

test('the longest prefix of the same origin wins', async (t) => {
  const { open } = await writeCredentials(
    t,
    [
      '# ours',
      '',
      'https://all:1@git.example.org',
      '  https://team:2@GIT.example.org:443/team/  \r',
      'https://one:3@git.example.org/team/one.git',
      'https://port:4@git.example.org:8443',
      'https://six:5@[::1]/',
    ].join('\n'),
  );
  const find = open();
  for (const [url, user] of [
    ['https://git.example.org/x.git', 'all'],
    ['https://git.example.org/', 'all'],
    ['https://git.example.org/team', 'team'],
    ['https://git.example.org/team/x.git', 'team'],
    ['https://git.example.org/t%65am/x.git', 'team'],
    ['https://git.example.org/team/%ff', 'team'],
    ['https://git.example.org/team/%2e%2e%2fx.git', undefined],
    ['https://git.example.org/team/..%2F', undefined],
    ['https://git.example.org/teams/x.git', 'all'],
    ['https://git.example.org/Team/x.git', 'all'],
    ['https://git.example.org/team/one.git', 'one'],
    ['https://git.example.org/team/one.git?x=1', 'one'],
    ['https://git.example.org:8443/team/one.git', 'port'],
    ['https://[::1]/x.git', 'six'],
    ['http://git.example.org/x.git', undefined],
    ['https://git.example.org:444/x.git', undefined],
    ['https://sub.git.example.org/x.git', undefined],
    ['https://example.org/x.git', undefined],
  ] as const) {
    t.is(find(url)?.user, user, url);
  }
});

test('whatever a name and a password hold, percent-encoded they are read as they are', async (t) => {
  const { path, open } = await writeCredentials(t, '');
  const text = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((drawn) => !/\p{Cc}/u.test(drawn));
  const name = text.filter((drawn) => !drawn.includes(':'));
  await fc.assert(
    fc.asyncProperty(name, text, text, async (user, password, folder) => {
      fc.pre(!/^\.\.?$/.test(folder));
      const [first = '', second = '', third = ''] = [user, password, folder].map(
        encodeURIComponent,
      );
      await writeFile(path, `https://${first}:${second}@git.example.org/${third}`);
      const found = open()(`https://git.example.org/${third}/x.git`);
      t.deepEqual(found, {
        origin: 'https://git.example.org',
        prefix: `/${folder}`.replace(/\/+$/, ''),
        user,
        password,
      });
    }),
    { numRuns: 200 },
  );
});

test('each line that cannot be used is told by its number, and nothing of it is repeated', async (t) => {
  const wrong = [
    'http://user:sEcret@git.example.org',
    'ssh://user:sEcret@git.example.org',
    'user:sEcret@git.example.org',
    'https://git.example.org/sEcret',
    'https://sEcret@git.example.org',
    'https://:sEcret@git.example.org',
    'https://user:sEcret@git.example.org?x=1',
    'https://user:sEcret@git.example.org/#x',
    'https://user:sEcret@git.example.org:port',
    'https://user:sEcret%@git.example.org',
    'https://user:sEcret%0Ahost=evil@git.example.org',
    'https://user:sEcret%00@git.example.org',
    'https://us%3Aer:sEcret@git.example.org',
    'https://user:sEcret@git.example.org/%ff',
    'https:///user:sEcret@git.example.org',
    'https://good:sEcret@git.example.org/a',
    'https://good:sEcret2@git.example.org/a/',
  ];
  const { path, open } = await writeCredentials(t, wrong.join('\n'));
  const { message } = t.throws(open, { instanceOf: ConfigError });
  const lines = message.split('\n');
  const form = 'expected https://user:password@host[:port][/prefix], percent-encoded';
  t.deepEqual(
    lines,
    wrong.flatMap((_, index) => {
      if (index === 15) return [];
      const reason = index === 16 ? 'that place comes twice' : form;
      return [`CREDENTIALS_FILE=${JSON.stringify(path)}: line ${index + 1}: ${reason}`];
    }),
  );
});

for (const mode of [0o640, 0o604, 0o620, 0o601, 0o700, 0o777]) {
  test(`a file of mode ${mode.toString(8)} is refused in one line`, async (t) => {
    const { path, open } = await writeCredentials(t, 'https://user:sEcret@git.example.org');
    await chmod(path, mode);
    const { message } = t.throws(open, { instanceOf: ConfigError });
    t.is(
      message,
      `CREDENTIALS_FILE=${JSON.stringify(path)}: its mode is 0${mode.toString(8)}, and 0600 is the most it may be; run chmod 600 on it`,
    );
  });
}

test('a file that cannot be read is told by name, and one that its owner can only read is fine', async (t) => {
  const { path, open } = await writeCredentials(t, 'https://user:sEcret@git.example.org');
  await chmod(path, 0o400);
  t.is(open()('https://git.example.org/x.git')?.password, 'sEcret');
  await rm(path);
  const { message } = t.throws(open, { instanceOf: ConfigError });
  t.is(message, `CREDENTIALS_FILE=${JSON.stringify(path)}: expected a file that can be read`);
});

test('a file that changes is read again, and one that has become bad changes nothing but the log', async (t) => {
  const { path, warnings, open } = await writeCredentials(t, 'https://user:first@git.example.org');
  const find = open();
  const password = () => find('https://git.example.org/x.git')?.password;
  t.is(password(), 'first');

  await writeFile(path, 'https://user:second@git.example.org');
  t.is(password(), 'second');
  await writeFile(`${path}.new`, 'https://user:333@git.example.org', { mode: 0o600 });
  await rename(`${path}.new`, path);
  t.is(password(), '333');
  t.deepEqual(warnings, []);

  await writeFile(path, '# ours\nhttps://user:sEcret\n');
  t.is(password(), '333');
  t.is(password(), '333');
  const setting = `CREDENTIALS_FILE=${JSON.stringify(path)}`;
  const kept = 'what it held before stays in use';
  t.deepEqual(warnings.splice(0), [
    `${setting}: line 2: expected https://user:password@host[:port][/prefix], percent-encoded; ${kept}`,
  ]);

  await writeFile(path, 'https://user:four@git.example.org');
  t.is(password(), 'four');
  await chmod(path, 0o644);
  t.is(password(), 'four');
  t.regex(warnings.splice(0).join(), /its mode is 0644.*stays in use$/);
  await rm(path);
  t.is(password(), 'four');
  t.regex(warnings.splice(0).join(), /expected a file that can be read; what/);
  await writeFile(path, '', { mode: 0o600 });
  t.is(password(), undefined);
  t.deepEqual(warnings, []);
});

test('a file of very many lines is read in a moment, and one that is too large is refused', async (t) => {
  const line = (number: number) => `https://user:secret@example.org/${number}\n`;
  const { path, open, warnings } = await writeCredentials(
    t,
    Array.from({ length: 20_000 }, (_, number) => line(number)).join(''),
  );
  const find = open();
  t.is(find('https://example.org/19999/x.git')?.prefix, '/19999');
  await writeFile(path, line(0).repeat(40_000));
  t.truthy(find('https://example.org/0/x.git'));
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /: it has \d+ bytes, and 1048576 are the most/);
});

test('of very many mistakes the first twenty are told, and how many more there are', async (t) => {
  const { path, open, warnings } = await writeCredentials(t, 'https://user:secret@example.org/\n');
  const find = open();
  await writeFile(path, 'secret\n'.repeat(50_000));
  t.truthy(find('https://example.org/x.git'));
  t.is(warnings[0]?.match(/: line \d+: /g)?.length, 20);
  t.regex(warnings[0] ?? '', /; and 49980 more; what it held before stays in use$/);
  t.false(warnings[0]?.includes('secret'));
});
