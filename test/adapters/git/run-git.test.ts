import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { runRemote } from '../../../adapters/git/run-remote.ts';
import { pretendedGit } from '../../kit/pretended-git.ts';
import { temporaryDirectory } from '../../kit/temporary-directory.ts';

for (const [what, network, bytes] of [
  ['reads', undefined, 768 * 1024 ** 2],
  ['fetches', { config: {} }, 448 * 1024 ** 2],
] as const) {
  test(`a git that ${what} has limits of memory, file size and processor time`, async (t) => {
    const directory = await temporaryDirectory(t);
    const git = await pretendedGit(directory, '#!/bin/sh\n');
    const prlimit = join(directory, 'bin', 'prlimit');
    await writeFile(prlimit, '#!/bin/sh\necho "$@"\n');
    await chmod(prlimit, 0o755);
    const running = git.start({ args: ['log'], cwd: directory, ...(network && { network }) });
    t.is(
      await text(running.stdout),
      `--data=${bytes} --fsize=1000000 --cpu=1800 --core=0 -- git log\n`,
    );
    await running.end;
  });
}

test('of what git says a line is cut at 4,096 characters, and the last 4,096 of all are kept', async (t) => {
  const directory = await temporaryDirectory(t);
  const script = [
    '#!/bin/sh',
    "head -c 1000000 /dev/zero | tr '\\0' a >&2",
    'echo >&2',
    'for number in 1 2 3; do echo "$number" >&2; done',
    "head -c 5000 /dev/zero | tr '\\0' b >&2",
    '',
  ];
  const git = await pretendedGit(directory, script.join('\n'));
  const lines: string[] = [];
  const running = git.start({
    args: [],
    cwd: directory,
    onMessage: (line) => {
      lines.push(line);
      return false;
    },
  });
  running.stdout.resume();
  const { stderr } = await running.end;
  t.deepEqual(lines, ['a'.repeat(4096), '1', '2', '3', 'b'.repeat(4096)]);
  t.is(stderr, `${'b'.repeat(4095)}\n`);
});

test('a line of the trace is cut at 65,536 characters', async (t) => {
  const directory = await temporaryDirectory(t);
  const script = "#!/bin/sh\nhead -c 1000000 /dev/zero | tr '\\0' a >&3\necho >&3\necho b >&3\n";
  const git = await pretendedGit(directory, script);
  const lines: string[] = [];
  const running = git.start({
    args: [],
    cwd: directory,
    onTrace: (line) => void lines.push(line),
  });
  running.stdout.resume();
  await running.end;
  t.deepEqual(lines, ['a'.repeat(65_536), 'b']);
});

test('of a list of branches that goes on and on the beginning is kept, and git comes to its end', async (t) => {
  const directory = await temporaryDirectory(t);
  const script = "#!/bin/sh\nhead -c 5000000 /dev/zero | tr '\\0' a\n";
  const { stdout, end } = await runRemote(
    {
      url: 'http://127.0.0.1:1/x.git',
      git: await pretendedGit(directory, script),
      session: {
        proxyUrl: '',
        receivedBytes: () => 0,
        failure: () => undefined,
        exceeded: new AbortController().signal,
        close: () => {},
      },
      signal: new AbortController().signal,
    },
    directory,
    ['ls-remote'],
  );
  t.is(end.exitCode, 0);
  // And what is left of the chunk that it ends in.
  t.true(stdout.length >= 65_536 && stdout.length < 2 * 65_536, String(stdout.length));
});
