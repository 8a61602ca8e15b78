import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { readProjectsFile } from '../../../adapters/config/projects-file.ts';
import { ConfigError } from '../../../adapters/config/variables.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

async function writeProjects(t: ExecutionContext, text: string): Promise<string> {
  const path = join(await temporaryDirectory(t), 'projects');
  await writeFile(path, text);
  return path;
}

test('a line is a name and a url, comments and empty lines are none', async (t) => {
  const path = await writeProjects(
    t,
    '# ours\n\nred https://example.org/red.git\r\n  blue\thttps://EXAMPLE.org/blue  \n#green x\n',
  );
  t.deepEqual(readProjectsFile(path), [
    { name: 'red', url: 'https://example.org/red.git' },
    { name: 'blue', url: 'https://example.org/blue' },
  ]);
});

test('an empty file wants nothing', async (t) => {
  t.deepEqual(readProjectsFile(await writeProjects(t, '')), []);
});

test('each mistake is told with its line', async (t) => {
  const path = await writeProjects(
    t,
    [
      'red https://example.org/red.git',
      '../x https://example.org/x.git',
      'blue',
      'green ftp://example.org/green.git',
      'white https://example.org/white.git now',
      'red https://example.org/other.git',
      'black https://user:secret@example.org/black.git',
    ].join('\n'),
  );
  const error = t.throws(() => readProjectsFile(path), { instanceOf: ConfigError });
  const lines = error.message.split('\n').map((line) => /: line (\d+): (.{12})/.exec(line));
  t.deepEqual(
    lines.map((line) => [line?.[1], line?.[2]]),
    [
      ['2', 'A project na'],
      ['3', 'Send the htt'],
      ['4', 'A repository'],
      ['5', 'A line holds'],
      ['6', 'The name com'],
      ['7', 'A repository'],
    ],
  );
  t.false(error.message.includes('secret'));
});

test('a file that cannot be read is told by name', async (t) => {
  const path = join(await temporaryDirectory(t), 'none');
  const error = t.throws(() => readProjectsFile(path), { instanceOf: ConfigError });
  t.true(error.message.startsWith(`PROJECTS_FILE=${JSON.stringify(path)}: expected a file`));
});

test('a file that is too large is refused, and so is what is no file', async (t) => {
  const path = await writeProjects(t, '# nothing\n'.repeat(200_000));
  t.throws(() => readProjectsFile(path), {
    instanceOf: ConfigError,
    message: /: it has 2000000 bytes, and 1048576 are the most it may have; take lines out of it$/,
  });
  const pipe = join(await temporaryDirectory(t), 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  for (const other of [pipe, '/dev/null', await temporaryDirectory(t)]) {
    const error = t.throws(() => readProjectsFile(other), { instanceOf: ConfigError });
    t.true(error.message.startsWith(`PROJECTS_FILE=${JSON.stringify(other)}: expected a file`));
  }
});

test('of very many mistakes the first twenty are told, and how many more there are', async (t) => {
  const path = await writeProjects(t, '../x\n'.repeat(1000));
  const error = t.throws(() => readProjectsFile(path), { instanceOf: ConfigError });
  const lines = error.message.split('\n');
  t.is(lines.length, 21);
  t.is(lines.at(-1), 'and 980 more');
});
